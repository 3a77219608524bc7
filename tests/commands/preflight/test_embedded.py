"""The whole run against the embedded AWS: an empty account, then one with the deployment in it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from commands.local import cdk
from tests.commands.local.emulated import Emulated
from tests.commands.preflight.stubbed import ROOT

pytestmark = [pytest.mark.wide, pytest.mark.lifecycle, pytest.mark.slow, pytest.mark.xdist_group("preflight")]
NAME = "open-webui-dev"
UNKNOWN_THERE = {"database certificates", "quota: rules of the largest security group"}
"""What the embedded AWS has no answer to, also when everything is deployed."""


def preflight(
    emulated: Emulated, *options: str, name: str = NAME
) -> tuple[int, dict[str, Mapping[str, Any]]]:
    """Exit code, and each finding by its name."""
    ended = subprocess.run(
        [sys.executable, "-m", "commands", "preflight", "--json", "--deployment", name, *options],
        cwd=ROOT,
        env=emulated.place.environment(port=emulated.server.port),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode in (0, 1), ended.stderr
    return ended.returncode, {each["name"]: each for each in json.loads(ended.stdout)["findings"]}


def outcomes(found: Mapping[str, Mapping[str, Any]], outcome: str) -> set[str]:
    return {name for name, each in found.items() if each["outcome"] == outcome}


def test_before_and_after_a_deployment(emulated: Emulated, assembly: Path) -> None:
    code, found = preflight(emulated)
    assert code == 1
    assert found["CDK bootstrap"]["found"] == "us-east-1 has none, and cdk deploy needs it"
    assert found["stack"]["found"] == f"{NAME} does not exist yet"
    assert found["quota: VPCs"]["outcome"] == "not checked"
    assert found[f"secret {NAME}/model-keys"]["found"] == "is free"
    assert found["quota: CloudFront VPC origins"]["found"] == "25, 0 used, 1 more are needed"
    assert preflight(emulated, "--bundle")[1]["CDK bootstrap"]["outcome"] == "ok"

    place, port = emulated.place, emulated.server.port
    cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=port)
    options = ("--app", str(assembly), NAME, "--require-approval", "never", "--progress", "events")
    cdk.run(place, "deploy", *options, port=port)

    code, found = preflight(emulated)
    assert code == 0, outcomes(found, "failed")
    assert found["CDK bootstrap"]["outcome"] == "ok"
    assert found["stack"]["found"].startswith(f"{NAME} is in CREATE_COMPLETE with ")
    assert found[f"secret {NAME}/model-keys"]["found"] == "is this deployment's own"
    assert outcomes(found, "not checked") == UNKNOWN_THERE
    assert {name for name in found if name.startswith("quota")} <= UNKNOWN_THERE, "it adds nothing"


@pytest.mark.parametrize("name", ["every-option", "existing-vpc", "standby", "taken-over"])
def test_no_kind_of_deployment_ends_in_a_traceback(emulated: Emulated, name: str) -> None:
    _, found = preflight(emulated, "--deployments", "tests/deployments", name=name)
    assert found["stack"]["found"] == f"{name} does not exist yet"
    assert outcomes(found, "ok")
