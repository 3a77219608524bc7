"""`aegisai-dev` on the embedded AWS, deployed and taken down with the real CDK CLI."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from commands.local import account, cdk
from commands.local.emulator.kubernetes.record import FOLDER, file_of
from settings.aegisai_eks import AegisAIOnEks
from tests.commands.local.emulated import Emulated
from tests.commands.local.test_life_cycle import left
from tests.k8s.aegisai.deployments import example, of_example

pytestmark = [
    pytest.mark.wide,
    pytest.mark.lifecycle,
    pytest.mark.slow,
    pytest.mark.xdist_group("aegisai_life_cycle"),
]
NAME = "aegisai-dev"


@pytest.mark.row("A1", "A12")
def test_it_is_deployed_whole_and_taken_down_with_nothing_left(emulated: Emulated, assembly: Path) -> None:
    settings = example(NAME)
    assert isinstance(settings, AegisAIOnEks)
    url, port = emulated.server.url, emulated.server.port
    place = replace(emulated.place, account=str(settings.account), region=str(settings.region))

    def run(verb: str, *options: str) -> str:
        return "\n".join(cdk.run(place, verb, "--app", str(assembly), NAME, *options, port=port))

    cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=port)
    run("deploy", "--require-approval", "never", "--progress", "events")
    stacks = account.stacks(place, NAME, url=url)
    assert {stack.status for stack in stacks} == {"CREATE_COMPLETE"}
    assert "Number of stacks with differences: 0" in run("diff", "--fail")
    record = json.loads(
        file_of(place.state, account=place.account, region=place.region, cluster=NAME).read_text()
    )
    there = [each["manifest"] for each in record["objects"]]
    assert not [each for each in of_example(NAME) if each not in there], "whole, and as it was tested"
    assert record["open_ends"] == []

    run("destroy", "--force")
    assert account.stacks(place, NAME, url=url) == []
    assert account.left(place, [stack.name for stack in stacks], url=url) == []
    assert left(Emulated(place=place, server=emulated.server)) == []
    assert not list((place.state / FOLDER).rglob("*.json")), "the record of the cluster goes with it"
