"""Whose account a command looks into, and in which region."""

import os
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError
from botocore.stub import Stubber

from commands.account.session import NO_REGION, NoAccount, opened
from commands.assembly import ROOT
from settings.load import load_deployment

SETTINGS = load_deployment(ROOT / "deployments" / "open-webui-dev.yaml").deployment


def deployment(**more: str | None) -> Any:
    return SETTINGS.model_copy(update={"account": None, "region": None, **more})


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """Credentials in the environment, and what STS says about them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    sts = boto3.client("sts", region_name="us-east-1")
    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: sts)
    stub = Stubber(sts)
    stub.activate()
    return stub


def test_credentials_of_another_account_are_refused(identity: Stubber) -> None:
    identity.add_response("get_caller_identity", {"Account": "222233334444"})
    said = (
        r"of account 222233334444, the deployment file says 111122223333; choose .* AWS_PROFILE, or correct"
    )
    with pytest.raises(NoAccount, match=said):
        opened(deployment(account="111122223333"), profile=None, region="us-east-1")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredToken", r"^AWS does not let in: .*\(ExpiredToken\); sign in again.*$"),
        ("AccessDenied", r"^AWS does not let in: needs sts:GetCallerIdentity; choose other .* AWS_PROFILE$"),
    ],
)
def test_refused_credentials_are_one_line_with_a_remedy(identity: Stubber, code: str, said: str) -> None:
    identity.add_client_error("get_caller_identity", code, "no")
    with pytest.raises(NoAccount, match=said):
        opened(deployment(), profile=None, region="us-east-1")


@pytest.mark.usefixtures("identity")
def test_an_unknown_profile_is_one_line_with_a_remedy() -> None:
    said = r"^The config profile \(nobody\) could not be found; choose .* with PROFILE=… or --profile$"
    with pytest.raises(NoAccount, match=said):
        opened(deployment(), profile="nobody", region="us-east-1")


@pytest.mark.usefixtures("identity")
def test_a_region_that_is_none_is_named_and_not_the_credentials() -> None:
    said = r"^mars-1 is no region of AWS; correct REGION=… or --region, `region` .*, or AWS_REGION$"
    with pytest.raises(NoAccount, match=said):
        opened(deployment(), profile=None, region="mars-1")


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://sts.us-east-1.amazonaws.com"),
        ConnectTimeoutError(endpoint_url="https://sts.us-east-1.amazonaws.com"),
    ],
)
def test_without_a_way_to_aws_nobody_blames_credentials_or_region(
    identity: Stubber, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def unreachable(**_: Any) -> None:
        raise error

    monkeypatch.setattr(identity.client, "get_caller_identity", unreachable)
    said = r"^AWS cannot be reached, so nobody looked at the credentials; look at .* network and proxy$"
    with pytest.raises(NoAccount, match=said):
        opened(deployment(), profile=None, region="eu-west-1")


@pytest.mark.usefixtures("identity")
def test_without_a_region_it_is_said_where_to_write_one() -> None:
    with pytest.raises(NoAccount, match=NO_REGION):
        opened(deployment(), profile=None, region=None)


@pytest.mark.parametrize(
    ("given", "file", "environment", "region"),
    [
        ("eu-west-1", "eu-west-2", "eu-west-3", "eu-west-1"),
        (None, "eu-west-2", "eu-west-3", "eu-west-2"),
        (None, None, "eu-west-3", "eu-west-3"),
        ("", None, None, "eu-north-1"),
    ],
)
def test_the_region_is_the_given_one_else_the_files_else_the_environments(
    identity: Stubber,
    monkeypatch: pytest.MonkeyPatch,
    given: str | None,
    file: str | None,
    environment: str | None,
    region: str,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    if environment:
        monkeypatch.setenv("AWS_REGION", environment)
    identity.add_response("get_caller_identity", {"Account": "111122223333"})
    wanted = deployment(account="111122223333", region=file)
    account = opened(wanted, profile=None, region=given)
    assert (account.id, account.region) == ("111122223333", region)
