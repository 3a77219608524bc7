"""Each file of tests/deployments, deployed to an embedded AWS with the real CDK CLI and taken down again."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.local import account, cdk
from commands.local.place import Place
from tests.commands.local.emulated import Emulated
from tests.conftest import VARIANTS

pytestmark = [
    pytest.mark.wide,
    pytest.mark.lifecycle,
    pytest.mark.slow,
    pytest.mark.xdist_group("variants"),
]
IN_TWO_DEPLOYMENTS = {"existing-vpc"}
"""Its provider's client secret is filled between the first and the second."""


def place_of(emulated: Emulated, artifact: dict[str, Any]) -> Place:
    """The account and region that the deployment names, else the emulator's usual ones."""
    account_id, region = artifact["environment"].removeprefix("aws://").split("/")
    usual = emulated.place
    return Place(
        state=usual.state,
        account=usual.account if account_id.startswith("unknown") else account_id,
        region=usual.region if region.startswith("unknown") else region,
    )


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - IN_TWO_DEPLOYMENTS))
def test_variant_is_deployed_and_taken_down(emulated: Emulated, variants: Path, name: str) -> None:
    url, port = emulated.server.url, emulated.server.port
    place = place_of(emulated, json.loads((variants / "manifest.json").read_text())["artifacts"][name])

    def run(verb: str, *options: str) -> str:
        return "\n".join(cdk.run(place, verb, "--app", str(variants), name, *options, port=port))

    if not account.is_bootstrapped(place, url=url):
        cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=port)
    run("deploy", "--require-approval", "never", "--progress", "events")
    stacks = account.stacks(place, name, url=url)
    assert {stack.status for stack in stacks} == {"CREATE_COMPLETE"}
    assert "Number of stacks with differences: 0" in run("diff", "--fail")
    unprotect(place, name, url=url)
    run("destroy", "--force")
    assert account.stacks(place, name, url=url) == []


def unprotect(place: Place, name: str, *, url: str) -> None:
    """What an operator switches off before the end."""
    place.client("cloudformation", url=url).update_termination_protection(
        StackName=name, EnableTerminationProtection=False
    )
    rds = place.client("rds", url=url)
    for cluster in rds.describe_db_clusters()["DBClusters"]:
        rds.modify_db_cluster(DBClusterIdentifier=cluster["DBClusterIdentifier"], DeletionProtection=False)
