"""The account that a command looks into: whose credentials, which region."""

import boto3
from botocore.exceptions import BotoCoreError, ClientError

MISSING = "no AWS credentials were found; set AWS_PROFILE, or sign in with aws sso login"
NO_REGION = "no region is known; write `region` in the deployment file, or set AWS_REGION"


class NoAccountError(Exception):
    """Why no account can be asked, with the remedy, in one line."""


def session(*, profile: str | None, region: str | None, account: str | None) -> boto3.Session:
    """A session that was let in.

    Args:
        profile: Of the AWS CLI's configuration; left out: the environment's.
        region: Left out: the environment's.
        account: Twelve digits that the credentials must be of; left out: any.

    Raises:
        NoAccountError: No credentials, refused ones, those of another account, or no region.
    """
    try:
        made = boto3.Session(profile_name=profile, region_name=region)
        if made.get_credentials() is None:
            raise NoAccountError(MISSING)
        if made.region_name is None:
            raise NoAccountError(NO_REGION)
        found = made.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise NoAccountError(f"AWS does not let in: {' '.join(str(error).split())}") from None
    if account and found != account:
        raise NoAccountError(
            f"the credentials are of account {found}, the deployment file says {account}; "
            "choose others with AWS_PROFILE"
        )
    return made
