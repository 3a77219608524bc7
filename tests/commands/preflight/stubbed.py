"""An account whose answers a test writes down, and deployments of a few resources."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.stub import Stubber

from commands.account.deployed import Deployed, Resource
from commands.account.reading import Account
from commands.preflight.findings import Finding
from commands.preflight.needs import Bootstrap, Needs
from commands.preflight.run import Check, one
from commands.preflight.start import values
from settings.load import load_deployment

ROOT = Path(__file__).parents[3]
ACCOUNT, REGION = "111122223333", "eu-west-1"
SESSION = boto3.Session(
    aws_access_key_id="testing",
    aws_secret_access_key="testing",
    region_name=REGION,
)
SETTINGS = load_deployment(ROOT / "deployments" / "open-webui-dev.yaml").on_aws
ZONES = [f"{REGION}a", f"{REGION}b", f"{REGION}c"]


class Stubbed:
    """An account; what is not written down is an error of the test."""

    def __init__(self) -> None:
        self.account = Account(SESSION, REGION)
        self.account.__dict__["identity"] = {
            "Account": ACCOUNT,
            "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/me",
        }
        self._stubbers: dict[tuple[str, str | None], Stubber] = {}

    def answers(
        self,
        service: str,
        operation: str,
        answer: Mapping[str, Any],
        *,
        region: str | None = None,
        **asked: Any,
    ) -> None:
        """The next call is this one, with these arguments where any are given."""
        self._stubber(service, region).add_response(operation, dict(answer), asked or None)

    def refuses(
        self, service: str, operation: str, code: str, message: str = "", *, region: str | None = None
    ) -> None:
        """The next call ends with this error."""
        self._stubber(service, region).add_client_error(operation, code, message)

    def look(self, check: Check, needs: Needs) -> list[Finding]:
        """What the check finds; every answer that was written down was asked for."""
        found = one(check, self.account, needs)
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()
        return found

    def _stubber(self, service: str, region: str | None) -> Stubber:
        key = (service, region)
        if key not in self._stubbers:
            self._stubbers[key] = Stubber(self.account.client(service, region))
            self._stubbers[key].activate()
        return self._stubbers[key]


def needs(
    resources: Mapping[str, Any],
    *,
    settings: Mapping[str, Any] | None = None,
    made: Mapping[str, Resource] | None = None,
    status: str | None = None,
    read_secrets: bool = False,
    bundle: bool = False,
    **template: Any,
) -> Needs:
    """A deployment of these resources; those in `made` exist."""
    there = Deployed(status=status, resources=made or {})
    whole = {"Resources": dict(resources), **template}
    return Needs(
        name="chat",
        settings=SETTINGS.model_copy(update=dict(settings or {})),
        template=whole,
        values=values(whole, Stubbed().account, there, ZONES),
        deployed=there,
        bootstrap=Bootstrap(version=8, parameter="/cdk-bootstrap/hnb659fds/version"),
        read_secrets=read_secrets,
        bundle=bundle,
    )


def check(checks: tuple[Check, ...], name: str) -> Check:
    """The check of that name."""
    [found] = [each for each in checks if each.name == name]
    return found


def lines(findings: list[Finding]) -> list[str]:
    """Outcome and words of each."""
    return [f"{each.outcome}: {each.found}" for each in findings]
