"""Whose account a command looks into."""

import boto3
import pytest
from botocore.stub import Stubber

from commands.credentials import NO_REGION, NoAccountError, session


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """Credentials in the environment, and what STS says about them."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    sts = boto3.client("sts", region_name="us-east-1")
    monkeypatch.setattr(boto3.Session, "client", lambda *_: sts)
    stub = Stubber(sts)
    stub.activate()
    return stub


def test_credentials_of_another_account_are_refused(identity: Stubber) -> None:
    identity.add_response("get_caller_identity", {"Account": "222233334444"})
    with pytest.raises(
        NoAccountError, match=r"of account 222233334444, the deployment file says 111122223333; choose"
    ):
        session(profile=None, region="us-east-1", account="111122223333")


def test_expired_credentials_are_one_line(identity: Stubber) -> None:
    identity.add_client_error("get_caller_identity", "ExpiredToken", "expired")
    with pytest.raises(NoAccountError, match=r"^AWS does not let in: .*ExpiredToken.*$"):
        session(profile=None, region="us-east-1", account=None)


@pytest.mark.usefixtures("identity")
def test_without_a_region_it_is_said_where_to_write_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(NoAccountError, match=NO_REGION):
        session(profile=None, region=None, account=None)


def test_right_credentials_give_a_session(identity: Stubber) -> None:
    identity.add_response("get_caller_identity", {"Account": "111122223333"})
    assert session(profile=None, region="eu-west-1", account="111122223333").region_name == "eu-west-1"
