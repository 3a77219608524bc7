"""Whose account a command looks into, and in which region."""

import boto3
from botocore.exceptions import BotoCoreError, ProfileNotFound, UnknownRegionError

from commands.account.reading import Account, usual_region
from commands.account.unanswered import Unanswered, Unreached
from settings.deployment import AwsDeployment

MISSING = "no AWS credentials were found; set AWS_PROFILE, or sign in with aws sso login"
NO_REGION = "no region is known; write `region` in the deployment file, or set AWS_REGION"
OTHERS = "choose other credentials with PROFILE=… or --profile, or AWS_PROFILE"

UNREACHED = (
    "AWS cannot be reached, so nobody looked at the credentials; look at this machine's network and proxy"
)


class NoAccount(Exception):
    """Why no account can be asked, with the remedy, in one line."""


def opened(deployment: AwsDeployment, *, profile: str | None, region: str | None) -> Account:
    """The account of a deployment, which lets the credentials in.

    Args:
        deployment: Its account, where it names one, is that of the credentials.
        profile: Of the AWS CLI's configuration; left out: the environment's.
        region: Left out: the file's, else the environment's.

    Raises:
        NoAccount: No credentials, refused ones, those of another account, or no region.
    """
    try:
        session = boto3.Session(profile_name=profile or None)
        if session.get_credentials() is None:
            raise NoAccount(MISSING)
        where = region or deployment.region or usual_region(session)
        if not where:
            raise NoAccount(NO_REGION)
        account = Account(session, where)
        found = account.id
    except Unreached:
        raise NoAccount(UNREACHED) from None
    except UnknownRegionError:
        raise NoAccount(
            f"{where} is no region of AWS; correct REGION=… or --region, `region` in the deployment file, or AWS_REGION"
        ) from None
    except ProfileNotFound as error:
        said = str(error).rstrip(".")
        raise NoAccount(
            f"{said}; choose one of `aws configure list-profiles` with PROFILE=… or --profile"
        ) from None
    except Unanswered as error:
        raise NoAccount(f"AWS does not let in: {error}; {error.remedy or OTHERS}") from None
    except BotoCoreError as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise NoAccount(f"AWS does not let in: {said}; {OTHERS}") from None
    if deployment.account not in (None, found):
        raise NoAccount(
            f"the credentials are of account {found}, the deployment file says {deployment.account}; "
            f"{OTHERS}, or correct `account`"
        )
    return account
