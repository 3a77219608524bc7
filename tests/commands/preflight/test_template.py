"""What the committed deployments ask for, read from their templates."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from commands.account.deployed import Deployed
from commands.flattened import flattened
from commands.preflight import start
from commands.preflight.needs import Bootstrap, Needs
from commands.preflight.quota_table import quotas
from commands.preflight.start import values
from commands.synthesized import Synthesized
from settings.load import load_deployment
from tests.commands.preflight.stubbed import ACCOUNT, REGION, ROOT, SETTINGS, ZONES, Stubbed

COUNTED: dict[str, dict[str, float]] = {
    "open-webui-dev": {
        "vCPU of Fargate": 0,
        "vCPU of Fargate Spot": 0.5,
        "Elastic IPs": 1,
        "CloudFront VPC origins": 1,
    },
    "open-webui-prod": {
        "vCPU of Fargate": 4,
        "vCPU of Fargate Spot": 0,
        "Elastic IPs": 2,
        "CloudFront VPC origins": 0,
    },
}


def read(assembly: Path, deployment: str) -> Needs:
    template = flattened(assembly, deployment)
    found = Deployed()
    return Needs(
        name=deployment,
        settings=SETTINGS,
        template=template,
        values=values(template, Stubbed().account, found, ZONES),
        deployed=found,
        bootstrap=Bootstrap(version=8, parameter="p"),
    )


@pytest.mark.parametrize("deployment", COUNTED)
def test_amounts_of_a_committed_deployment(assembly: Path, deployment: str) -> None:
    needs = read(assembly, deployment)
    amounts = {each.name: each.needed(needs) for each in quotas()}
    assert {name: amounts[name] for name in COUNTED[deployment]} == COUNTED[deployment]
    assert amounts["NAT gateways in the fullest zone"] == 1
    assert amounts["rules of the largest security group"] <= 60


@pytest.mark.parametrize(("bundle", "vcpu"), [(False, 4), (True, 10)])
def test_parameters_are_those_that_will_be_deployed(
    assembly: Path, monkeypatch: pytest.MonkeyPatch, bundle: bool, vcpu: float
) -> None:
    """A change set sets them to the file's values; the update of a bundle keeps what the stack has."""
    there = Deployed(status="UPDATE_COMPLETE", parameters={"MaxTasks": "10"})
    monkeypatch.setattr(start, "read_deployed", lambda *_: there)
    monkeypatch.setattr(start, "synthesized", lambda *_, **__: nullcontext(Synthesized(assembly, "")))
    monkeypatch.setattr(start, "_zones", lambda _: ZONES)
    loaded = load_deployment(ROOT / "deployments" / "open-webui-prod.yaml")
    needs = start.needs(loaded, Stubbed().account, bundle=bundle)
    assert needs.deployed == there
    amounts = {each.name: each.needed(needs) for each in quotas()}
    assert amounts["vCPU of Fargate"] == vcpu


def test_hosts_that_browsers_open(assembly: Path) -> None:
    assert read(assembly, "open-webui-prod").hosts == {"chat.example.com"}
    assert read(assembly, "open-webui-dev").hosts == set()


def test_values_are_those_of_account_and_region(assembly: Path) -> None:
    needs = read(assembly, "open-webui-prod")
    [(_, domain)] = needs.of("AWS::Cognito::UserPoolDomain")
    assert needs.text(domain["Domain"]) == f"open-webui-prod-{ACCOUNT}"
    assert {needs.text(each["AvailabilityZone"]) for _, each in needs.of("AWS::EC2::Subnet")} == {
        f"{REGION}a",
        f"{REGION}b",
    }
