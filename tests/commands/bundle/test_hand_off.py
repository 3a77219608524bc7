"""The bundle of `open-webui-prod`, deployed on an embedded AWS by the commands of its README with the AWS CLI alone.

The functions run in the order of the file. One account has what the README's commands make, the other what `cdk deploy`
makes of the same assembly and hands over.
"""

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commands.local import account, cdk
from commands.local.account import SNAPSHOT
from commands.local.place import Place
from tests.commands.bundle.receiver import Receiver, receive
from tests.commands.local.emulated import Emulated
from tests.commands.local.runbook_page import shell_blocks

pytestmark = [pytest.mark.wide, pytest.mark.lifecycle, pytest.mark.slow, pytest.mark.xdist_group("bundle")]
NAME = "open-webui-prod"
NESTED = "AWS::CloudFormation::Stack"
SECONDS = 60
FREED = "Deploy again under the same name / 1"


class Owner:
    """Who deploys with the CDK CLI, in an account of its own."""

    def __init__(self, emulated: Emulated, assembly: Path) -> None:
        self.place = replace(emulated.place, account="444455556666")
        self.port, self.assembly = emulated.server.port, assembly

    def cdk(self, verb: str, *options: str) -> str:
        return "\n".join(
            cdk.run(self.place, verb, "--app", str(self.assembly), NAME, *options, port=self.port)
        )

    def deploy(self) -> str:
        return self.cdk("deploy", "--require-approval", "never", "--progress", "events")


@pytest.fixture(scope="module")
def receiver(emulated: Emulated, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Receiver:
    return receive(bundle, tmp_path_factory.mktemp("receiver"), place=emulated.place, url=emulated.server.url)


@pytest.fixture(scope="module")
def owner(emulated: Emulated, assembly: Path) -> Owner:
    owner = Owner(emulated, assembly)
    place = owner.place
    cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=owner.port)
    owner.deploy()
    return owner


def resources(place: Place, url: str, stack: str = NAME, path: str = "") -> dict[str, tuple[str, str]]:
    """Address → type and physical ID of everything in the stack and its nested ones."""
    api = place.client("cloudformation", url=url)
    found = {}
    for page in api.get_paginator("list_stack_resources").paginate(StackName=stack):
        for each in page["StackResourceSummaries"]:
            address = f"{path}{each['LogicalResourceId']}"
            found[address] = (each["ResourceType"], each["PhysicalResourceId"])
            if each["ResourceType"] == NESTED:
                found |= resources(place, url, each["PhysicalResourceId"], f"{address}/")
    return found


def url(place: Place, endpoint: str) -> str:
    """Where people open it, as the root stack's output says."""
    (stack,) = place.client("cloudformation", url=endpoint).describe_stacks(StackName=NAME)["Stacks"]
    return str({each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}["Url"])


def status(place: Place, url: str) -> str | None:
    """The root stack's status once nothing goes on."""
    api = place.client("cloudformation", url=url)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        stacks: list[dict[str, Any]] = api.describe_stacks()["Stacks"]
        found = next((str(each["StackStatus"]) for each in stacks if each["StackName"] == NAME), None)
        if found is None or not found.endswith("_IN_PROGRESS"):
            return found
        time.sleep(0.1)
    raise TimeoutError(found)


def test_bundle_deploys_what_the_cdk_deploys(receiver: Receiver, owner: Owner) -> None:
    receiver.run("sha256sum --check --quiet SHA256SUMS")
    printed = receiver.follow("Deploy / 2", "Deploy / 3")
    assert url(owner.place, receiver.url) == url(receiver.place, receiver.url).replace(
        receiver.place.account, owner.place.account
    )
    assert url(receiver.place, receiver.url) in printed
    assert status(receiver.place, receiver.url) == "CREATE_COMPLETE"
    assert (receiver.folder / "packaged.yaml").stat().st_size <= 51_200
    ours = resources(receiver.place, receiver.url)
    theirs = resources(owner.place, receiver.url)
    assert {address: kind for address, (kind, _) in ours.items()} == {
        address: kind for address, (kind, _) in theirs.items()
    }
    buckets = receiver.place.client("s3", url=receiver.url).list_buckets()["Buckets"]
    assert not [each["Name"] for each in buckets if each["Name"].startswith("cdk-")]


def test_nothing_has_drifted_from_what_was_deployed(receiver: Receiver) -> None:
    api = receiver.place.client("cloudformation", url=receiver.url)
    found = {}
    for stack in account.stacks(receiver.place, NAME, url=receiver.url):
        api.detect_stack_drift(StackName=stack.name)
        for each in api.describe_stack_resource_drifts(StackName=stack.name)["StackResourceDrifts"]:
            found[each["PhysicalResourceId"]] = (each["ResourceType"], each["StackResourceDriftStatus"])
    assert "AWS::SecretsManager::Secret" in {kind for kind, _ in found.values()}
    assert [(id_, *told) for id_, told in found.items() if told[1] != "IN_SYNC"] == []


def test_deploying_again_changes_nothing(receiver: Receiver) -> None:
    before = resources(receiver.place, receiver.url)
    assert "No changes to deploy" in receiver.follow("Deploy / 3")
    assert resources(receiver.place, receiver.url) == before


def test_secret_that_waits_is_filled_by_the_commands_of_the_readme(receiver: Receiver) -> None:
    given = {"openai_api_keys": "sk-first", "embedding_api_key": ""}
    (receiver.folder / "values-1.json").write_text(json.dumps(given))
    printed = receiver.follow("After you deploy / 1")
    assert "OpenWebUI" in printed, "the service that restarts"
    held = receiver.place.client("secretsmanager", url=receiver.url).get_secret_value(
        SecretId=f"{NAME}/model-keys"
    )
    assert json.loads(held["SecretString"]) == given
    assert not (receiver.folder / "values-1.json").exists()


def test_changed_parameter_goes_through_a_change_set(receiver: Receiver) -> None:
    before = resources(receiver.place, receiver.url)
    receiver.follow("Update / 1")
    values = receiver.folder / "values.json"
    given = json.loads(values.read_text())
    (changed,) = (each for each in given if each["ParameterKey"] == "LogRetentionDays")
    changed["ParameterValue"] = "30"
    values.write_text(json.dumps(given))
    reviewed = receiver.follow("Update / 2", "Update / 3")
    assert "Modify" in reviewed
    assert resources(receiver.place, receiver.url) == before, "a change set has changed something"
    receiver.follow("Update / 4")
    assert status(receiver.place, receiver.url) == "UPDATE_COMPLETE"
    assert resources(receiver.place, receiver.url) == before
    groups = receiver.place.client("logs", url=receiver.url).describe_log_groups()["logGroups"]
    assert 30 in {group.get("retentionInDays") for group in groups}


def test_stack_of_the_cdk_is_taken_over_and_given_back(
    receiver: Receiver, owner: Owner, bundle: Path, tmp_path: Path
) -> None:
    before = resources(owner.place, receiver.url)
    successor = receive(bundle, tmp_path, place=owner.place, url=receiver.url)
    successor.follow("Deploy / 2", "Update / 1", "Update / 2", "Update / 3", "Update / 4")
    assert status(owner.place, receiver.url) == "UPDATE_COMPLETE"
    assert resources(owner.place, receiver.url) == before
    owner.deploy()
    assert resources(owner.place, receiver.url) == before
    assert "Number of stacks with differences: 0" in owner.cdk("diff", "--fail")


def test_deployment_is_deleted_and_leaves_what_the_readme_says(receiver: Receiver) -> None:
    names = [stack.name for stack in account.stacks(receiver.place, NAME, url=receiver.url)]
    receiver.follow("Delete / 1", "Delete / 2")
    assert status(receiver.place, receiver.url) is None
    page = (receiver.folder / "README.md").read_text()
    told = re.findall(r"^\| `[^`]+` \| (\S+) \| the template retains it", page, re.MULTILINE)
    left = account.left(receiver.place, names, url=receiver.url)
    assert sorted(each.type for each in left if each.type != SNAPSHOT) == sorted(told)
    assert [each for each in left if each.type == SNAPSHOT], "no last snapshot of the database"
    assert "| AWS::RDS::DBCluster | a last snapshot is taken |" in page


def test_names_are_free_again_after_the_commands_of_the_readme(receiver: Receiver) -> None:
    vaults = receiver.place.client("backup", url=receiver.url)
    secrets = receiver.place.client("secretsmanager", url=receiver.url)

    def there() -> list[str]:
        return [
            *(each["BackupVaultName"] for each in vaults.list_backup_vaults()["BackupVaultList"]),
            *(each["Name"] for each in secrets.list_secrets()["SecretList"]),
        ]

    fixed = {NAME, f"{NAME}/model-keys"}
    assert fixed <= set(there())
    names, block = (shell_blocks(receiver.folder / "README.md")[each] for each in ("Deploy / 1", FREED))
    lines = block.splitlines()
    possible = [each for each in lines if "delete-backup-vault-access-policy" not in each]
    assert len(possible) == len(lines) - 1, "ministack has no such call"
    receiver.run("\n".join([names, *possible]))
    assert not fixed & set(there())
