"""The runbooks of docs/open-webui.md, followed on `open-webui-prod` in an embedded AWS: each block as it is printed.

The functions run in the order of the file, on one deployment: each leaves it to the next.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from commands.local import account, cdk
from commands.local.place import ROOT
from commands.synthesis import synthesize
from tests.commands.local.aws_cli import aws_cli
from tests.commands.local.edited_assembly import Template, edited, of_type
from tests.commands.local.emulated import Emulated
from tests.commands.local.runbook_page import shell_blocks

pytestmark = [pytest.mark.wide, pytest.mark.lifecycle, pytest.mark.slow, pytest.mark.xdist_group("runbooks")]
NAME = "open-webui-prod"
PAGE = ROOT / "docs" / "open-webui.md"
BLOCKS = shell_blocks(PAGE)
FUNCTIONS = "Before any command / 1"
SECONDS = 120
Test = Callable[..., None]

NO_CONTAINERS = (
    "no container runs, so there is no log to tail; and the AWS CLI of the tests, version 1, cannot tail"
)
NO_RECOVERY_POINTS = "no recovery point is ever listed there"
NOT_HERE = {
    "The stacks / 1": "nothing writes into the log group of Container Insights, so there is none",
    "Sign-in / 1": "open-webui-prod signs in with Cognito and has no first password",
    "Federation / 1": "open-webui-prod has no provider of its own",
    "Roll back / 1": NO_CONTAINERS,
    "Roll back / 2": "a roll-back that fails cannot be brought about there",
    "Restore / 2": NO_RECOVERY_POINTS,
    "Restore / 3": "no cluster goes back to a point in time there",
    "Files / 1": NO_RECOVERY_POINTS,
    "Second region / 1": NO_RECOVERY_POINTS,
    "Rotation / 1": "open-webui-prod rotates by hand, and the emulated service starts no rotation",
    "Client secret / 1": "an app client has one secret there",
    "NoRunningTask / 1": NO_CONTAINERS,
    "LogErrors / 1": "the language of Logs Insights is not understood there",
}
"""Blocks that the embedded AWS cannot run, each with the reason."""
FOLLOWED = {FUNCTIONS}
FOUND_BY_TAG = ("AWS::Backup::BackupVault", "AWS::Cognito::UserPool", "AWS::EFS::FileSystem", "AWS::KMS::Key")
"""What the emulated Resource Groups knows by its tags, of what stays."""
STAYS = {
    *FOUND_BY_TAG,
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "cluster snapshot",
}
"""The table of `Take it down`, column prod."""

# Synthesis is another test's: the page's `cdk` works on what was synthesized, and nobody is there to be asked.
SHELL = f"""
set -euo pipefail
cdk() {{
  local options=()
  [ "$1" != deploy ] || options=(--require-approval never --progress events)
  [ "$1" != destroy ] || options=(--force)
  local verb=$1; shift
  {ROOT}/.venv/bin/node {ROOT}/node_modules/aws-cdk/bin/cdk "$verb" --app "$ASSEMBLY" "$DEPLOYMENT" \
    "${{options[@]}}" "$@" 2>&1
}}
"""


def follows(block: str) -> Callable[[Test], Test]:
    """Notes that the test follows this block of the page."""
    assert block in BLOCKS, f"{PAGE.name} has no block {block!r}"
    FOLLOWED.add(block)
    return lambda test: test


class Operator:
    """Somebody with a shell, the page and the account."""

    def __init__(self, emulated: Emulated, *, folder: Path, tools: Path, assembly: Path) -> None:
        self.emulated = emulated
        self.folder = folder
        self.assembly = assembly
        environment = emulated.place.environment(port=emulated.server.port)
        self.environment = {**environment, "PATH": f"{tools}:{environment['PATH']}"}

    def follow(self, block: str, **blanks: str) -> str:
        """Run a block; what stands for `…` in it, after the option of that name; what it prints."""
        text = BLOCKS[block]
        for option, value in blanks.items():
            blank = f"--{option.replace('_', '-')} …"
            assert blank in text, f"{block} has no {blank}"
            text = text.replace(blank, blank.replace("…", value))
        return self.run(text)

    def run(self, text: str) -> str:
        """Run text in the page's shell."""
        functions = re.sub(r"^DEPLOYMENT=.*$", f"DEPLOYMENT={NAME}", BLOCKS[FUNCTIONS], flags=re.MULTILINE)
        assert "…" not in text, text
        run = subprocess.run(
            ["bash", "-c", f"{SHELL}\n{functions}\n{text}"],
            cwd=self.folder,
            env={**self.environment, "ASSEMBLY": str(self.assembly)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert run.returncode == 0, f"{text}\n{run.stdout[-3000:]}\n{run.stderr[-3000:]}"
        return run.stdout

    def client(self, service: str) -> Any:
        return self.emulated.client(service)

    def output(self, name: str) -> str:
        """An output of the root stack."""
        return self.emulated.outputs(NAME)[name]

    def resource(self, nested: str, resource_type: str, beginning: str = "") -> str:
        """The physical id that the page's function of that name finds."""
        return self.run(f"resource {nested} {resource_type} {beginning}").strip()

    def secret(self, secret_id: str) -> dict[str, str]:
        """What a secret holds."""
        value = self.client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"]
        fields: dict[str, str] = json.loads(value)
        return fields

    def service(self) -> dict[str, Any]:
        """Open WebUI's service."""
        cluster = self.resource("Fargate", "AWS::ECS::Cluster")
        name = self.resource("Fargate", "AWS::ECS::Service", "OpenWebUI")
        answer = self.client("ecs").describe_services(cluster=cluster, services=[name])
        service: dict[str, Any] = answer["services"][0]
        return service

    def task_definition(self) -> dict[str, Any]:
        """What its tasks are made of."""
        answer = self.client("ecs").describe_task_definition(taskDefinition=self.service()["taskDefinition"])
        definition: dict[str, Any] = answer["taskDefinition"]
        return definition


@pytest.fixture(scope="module")
def operator(
    emulated: Emulated, assembly: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operator]:
    place = emulated.place
    cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=emulated.server.port)
    folder = tmp_path_factory.mktemp("operator")
    environment = place.environment(port=emulated.server.port)
    with aws_cli(tmp_path_factory.mktemp("aws"), environment=environment) as tools:
        yield Operator(emulated, folder=folder, tools=tools, assembly=assembly)


def test_each_block_of_the_page_is_followed_or_has_a_reason() -> None:
    assert FOLLOWED.isdisjoint(NOT_HERE)
    assert FOLLOWED | set(NOT_HERE) == set(BLOCKS)


@follows("The first deployment failed / 1")
def test_deployment_that_failed_is_deleted_and_made_again(operator: Operator, tmp_path: Path) -> None:
    def break_alarm(template: Template) -> None:
        of_type(template, "AWS::CloudWatch::Alarm")["Properties"]["Colour"] = "red"

    def unprotect(template: Template) -> None:
        of_type(template, "AWS::RDS::DBCluster")["Properties"]["DeletionProtection"] = False

    good = operator.assembly
    changes = {"Monitoring": break_alarm, "Storage": unprotect}
    operator.assembly = edited(good, tmp_path / "broken", deployment=NAME, changes=changes)
    with pytest.raises(AssertionError, match="extraneous key"):
        operator.run('cdk deploy -c deployment="$DEPLOYMENT"')
    assert operator.emulated.status(NAME) == "ROLLBACK_COMPLETE"
    operator.assembly = good
    told = operator.follow("The first deployment failed / 1")
    assert "MonitoringNestedStack" in told.partition("destroyed")[0], "does not say what failed"
    assert operator.emulated.status(NAME) == "CREATE_COMPLETE"


@follows("Before any command / 2")
def test_diff_and_deploy_without_a_change_say_so(operator: Operator) -> None:
    told = operator.follow("Before any command / 2")
    assert "Number of stacks with differences: 0" in told
    assert "(no changes)" in told


@follows("The first deployment failed / 2")
def test_protections_are_switched_off_by_hand(operator: Operator) -> None:
    operator.follow("The first deployment failed / 2")
    cluster = operator.resource("Storage", "AWS::RDS::DBCluster")
    rds = operator.client("rds")
    assert not rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]["DeletionProtection"]
    pool = operator.client("cognito-idp").describe_user_pool(UserPoolId=operator.output("UserPoolId"))
    assert pool["UserPool"]["DeletionProtection"] == "INACTIVE"
    attributes = operator.client("elbv2").describe_load_balancer_attributes(
        LoadBalancerArn=operator.resource("LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    )["Attributes"]
    assert {"Key": "deletion_protection.enabled", "Value": "false"} in attributes
    rds.modify_db_cluster(DBClusterIdentifier=cluster, DeletionProtection=True)


@follows("People and groups / 1")
def test_person_is_invited_and_leaves(operator: Operator) -> None:
    operator.follow("People and groups / 1")
    api, pool = operator.client("cognito-idp"), operator.output("UserPoolId")
    user = api.admin_get_user(UserPoolId=pool, Username="ada@example.com")
    assert {"Name": "email", "Value": "ada@example.com"} in user["UserAttributes"]
    assert user["Enabled"] is False
    assert api.admin_list_groups_for_user(UserPoolId=pool, Username="ada@example.com")["Groups"] == []


@follows("Model back ends / 1")
def test_model_keys_are_read_by_new_tasks(operator: Operator) -> None:
    keys = {"openai_api_keys": "sk-first;sk-second", "embedding_api_key": "sk-first"}
    assert json.dumps(keys) in PAGE.read_text()
    (operator.folder / "model-keys.json").write_text(json.dumps(keys))
    before = operator.service()["deployments"]
    told = operator.follow("Model back ends / 1")
    assert operator.secret(operator.output("ModelKeysSecret")) == keys
    assert "OpenWebUIService" in told
    assert operator.service()["deployments"][0]["id"] != before[0]["id"], "nothing was started anew"


@follows("Session key / 1")
def test_session_key_is_replaced_by_one_of_64_characters(operator: Operator) -> None:
    secret = operator.output("SessionKeySecret")
    before = operator.secret(secret)
    operator.follow("Session key / 1")
    after = operator.secret(secret)
    assert after.keys() == before.keys() == {"key"}
    assert after != before
    assert re.fullmatch(r"[A-Za-z0-9]{64}", after["key"])


@follows("Cache password / 1")
def test_cache_password_is_the_same_in_both_secrets(operator: Operator) -> None:
    password = operator.resource("Storage", "AWS::SecretsManager::Secret", "CachePassword")
    url = operator.resource("Storage", "AWS::SecretsManager::Secret", "CacheSecret")
    before = operator.secret(password)["password"], operator.secret(url)["url"]
    operator.follow("Cache password / 1")
    after = operator.secret(password)["password"]
    assert after != before[0]
    assert operator.secret(url)["url"] == before[1].replace(before[0], after)


@follows("ApplicationErrors / 1")
def test_state_of_the_database_is_told(operator: Operator) -> None:
    assert '"available"' in operator.follow("ApplicationErrors / 1")


@follows("BackupFailed / 1")
def test_backup_job_is_started_again(operator: Operator) -> None:
    role = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole"
    cluster = operator.client("rds").describe_db_clusters()["DBClusters"][0]["DBClusterArn"]
    told = operator.follow("BackupFailed / 1", resource_arn=cluster, iam_role_arn=role)
    assert "BackupJobId" in told


@follows("Only CloudFormation / 1")
def test_parameters_are_turned_without_synthesis(operator: Operator) -> None:
    operator.follow("Only CloudFormation / 1")
    assert settled(operator) == "UPDATE_COMPLETE"
    definition = operator.task_definition()
    assert (definition["cpu"], definition["memory"]) == ("2048", "4096")


@follows("Upgrade / 1")
@follows("Roll back / 3")
def test_upgrade_takes_the_snapshot_that_a_roll_back_finds(operator: Operator) -> None:
    operator.follow("Upgrade / 1")
    images = [each["image"] for each in operator.task_definition()["containerDefinitions"]]
    assert all(image.endswith(":v0.12.5-slim") for image in images), images
    assert operator.task_definition()["cpu"] == "2048", "a parameter that was turned is kept"
    assert f":cluster-snapshot:{NAME}-before-v0-12-5-slim" in operator.follow("Roll back / 3")


@follows("Restore / 5")
def test_database_is_looked_into(operator: Operator) -> None:
    look = BLOCKS["Restore / 5"]
    statement = 'SELECT count(*) FROM "user"'
    assert statement in look
    operator.run(look.replace(statement, 'CREATE TABLE "user" (id text)'))
    assert json.loads(operator.follow("Restore / 5"))["records"] == [[{"longValue": 0}]]


@follows("Restore / 1")
@follows("Restore / 4")
def test_database_is_replaced_by_a_snapshot(operator: Operator, tmp_path: Path) -> None:
    assert operator.follow("Restore / 1").strip() == "0"
    assert operator.service()["desiredCount"] == 0
    before = operator.resource("Storage", "AWS::RDS::DBCluster")
    snapshot = next(each for each in snapshots(operator) if "-before-v0-12-5-slim" in each)
    operator.assembly = synthesized(
        tmp_path,
        restore={"cluster_snapshot_arn": snapshot},
        termination_protection=False,
        database={"deletion_protection": False},
        load_balancer={"deletion_protection": False},
    )
    operator.run('cdk deploy -c deployment="$DEPLOYMENT"')
    assert operator.resource("Storage", "AWS::RDS::DBCluster") != before
    assert operator.follow("Restore / 4").strip() == "1"
    assert operator.service()["desiredCount"] == 1


@follows("Settings / 1")
def test_domain_of_the_user_pool_is_deleted(operator: Operator) -> None:
    api, pool = operator.client("cognito-idp"), operator.output("UserPoolId")
    domain = api.describe_user_pool(UserPoolId=pool)["UserPool"]["Domain"]
    operator.follow("Settings / 1", domain=domain)
    assert not api.describe_user_pool_domain(Domain=domain)["DomainDescription"]


@pytest.mark.row("F8")
@follows("Take it down / 1")
@follows("Take it down / 2")
@follows("Take it down / 3")
def test_deployment_is_taken_down_and_what_is_left_is_found(operator: Operator) -> None:
    place, url = operator.emulated.place, operator.emulated.server.url
    names = [stack.name for stack in account.stacks(place, NAME, url=url)]
    cluster = operator.resource("Storage", "AWS::RDS::DBCluster")
    operator.follow("Take it down / 1")
    assert operator.emulated.status(NAME) in (None, "DELETE_COMPLETE")
    left: dict[str, list[str]] = {}
    for each in account.left(place, names, url=url):
        left.setdefault(each.type, []).append(each.name)
    assert left.keys() == STAYS, "not what the page's table says"
    assert any(each.startswith(cluster) for each in left["cluster snapshot"]), "no last snapshot"
    tagged = operator.follow("Take it down / 2")
    missed = [each for kind in FOUND_BY_TAG for each in left[kind] if each not in tagged]
    assert missed == []
    operator.run(removal(BLOCKS["Take it down / 3"], left))
    assert still_there(operator) & {each for names in left.values() for each in names} == set()


def removal(block: str, left: dict[str, list[str]]) -> str:
    """The block, each line once for everything that it removes; without the line that ministack has no way for."""
    blanks = {
        "--db-cluster-snapshot-identifier …": left["cluster snapshot"],
        "--file-system-id …": left["AWS::EFS::FileSystem"],
        "--user-pool-id …": left["AWS::Cognito::UserPool"],
        "--log-group-name …": left["AWS::Logs::LogGroup"],
        "--secret-id …": left["AWS::SecretsManager::Secret"],
        "--key-id …": left["AWS::KMS::Key"],
        "--recovery-point-arn …": [],  # none is listed there
        "BUCKET": left["AWS::S3::Bucket"],
    }
    lines = []
    for line in block.splitlines():
        if "delete-backup-vault-access-policy" in line:
            continue
        blank = next((each for each in blanks if each in line), None)
        filled = [line]
        if blank:
            option = blank.removesuffix("…").removesuffix("BUCKET")
            filled = [line.replace(blank, f"{option}{each}") for each in blanks[blank]]
        lines += [each.replace(".venv/bin/python", sys.executable) for each in filled]
    return "\n".join(lines)


def still_there(operator: Operator) -> set[str]:
    """What of these kinds is in the account."""
    client = operator.client
    return {
        *(each["FileSystemId"] for each in client("efs").describe_file_systems()["FileSystems"]),
        *(each["Id"] for each in client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]),
        *(each["logGroupName"] for each in client("logs").describe_log_groups()["logGroups"]),
        *(each["ARN"] for each in client("secretsmanager").list_secrets()["SecretList"]),
        *(each["Name"] for each in client("s3").list_buckets()["Buckets"]),
        *(each["BackupVaultName"] for each in client("backup").list_backup_vaults()["BackupVaultList"]),
        *(each.partition(":cluster-snapshot:")[2] for each in snapshots(operator)),
    }


def snapshots(operator: Operator) -> list[str]:
    """The ARNs of the cluster snapshots in the account."""
    found = operator.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    return [each["DBClusterSnapshotArn"] for each in found]


def settled(operator: Operator) -> str | None:
    """The stack's status after what goes on."""
    deadline = time.monotonic() + SECONDS
    while (status := operator.emulated.status(NAME) or "").endswith("_IN_PROGRESS"):
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    return status


def synthesized(folder: Path, **changed: Any) -> Path:
    """The deployment with these settings changed in its file."""
    yaml = YAML()
    file = yaml.load(ROOT / "deployments" / f"{NAME}.yaml")
    for key, value in changed.items():
        file[key] = {**file.get(key, {}), **value} if isinstance(value, dict) else value
    deployments = folder / "deployments"
    deployments.mkdir()
    yaml.dump(file, deployments / f"{NAME}.yaml")
    synthesize(
        folder / "assembly", context={"deployments": str(deployments), "deployment": NAME}, rules=False
    )
    return folder / "assembly"
