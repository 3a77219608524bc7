"""The README of bundles that are not like ours: every option where it is needed, and nowhere else."""

import json
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from commands.assembly import CHART
from commands.bundle.parameters import parameters
from commands.bundle.read_me import parameters_page, read_me
from commands.bundle.sizes import Size
from commands.flattened import flattened
from tests.commands.bundle.made_assembly import NAME, made_assembly
from tests.commands.local.runbook_page import shell_blocks
from tests.conftest import COMMITTED
from tests.docs.test_docs import aws_commands, unknown_to_aws

TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
DESCRIBE = (
    'aws cloudformation describe-stacks --stack-name "$STACK" --query "Stacks[0].Outputs" --output table\n'
)


PROGRAM_ONLY = {("cloudformation", "package"), ("cloudformation", "deploy"), ("s3", "mb")}
"""Commands that the AWS CLI has beside the operations of a service."""
SIZES = [Size(place=PurePosixPath("code/some.zip"), bytes=1_000, packaged=900, parts=1) for _ in range(2)]


def page(folder: Path, template: dict[str, Any], *, examples: str = "", **options: Any) -> Path:
    assembly = made_assembly(folder, template, **options)
    text = read_me(assembly, NAME, sizes=SIZES, examples=examples, digest="0" * 64)
    (folder / "README.md").write_text(text, encoding="utf-8")
    return folder / "README.md"


def test_nothing_is_asked_for_that_is_not_needed(tmp_path: Path) -> None:
    readme = page(tmp_path, TOPIC)
    blocks, text = shell_blocks(readme), readme.read_text()
    assert blocks["Deploy / 3"].split("--stack-name", 1)[1] == (
        f' "$STACK" --no-fail-on-empty-changeset\n{DESCRIBE}'
    )
    assert "--capabilities" not in text
    assert "parameters" not in text.lower()
    assert "Delete / 2" not in blocks, "nothing is protected"
    for absent in ("It makes none.", "Nothing stays."):
        assert absent in text
    for absent in ("### Parameters", "manifests", "It still has values of an example", "It is made for"):
        assert absent not in text


def test_protection_that_the_cdk_would_give_the_stack_is_given(tmp_path: Path) -> None:
    properties = {"terminationProtection": True}
    blocks = shell_blocks(page(tmp_path, TOPIC, properties=properties))
    assert "--enable-termination-protection" in blocks["Deploy / 3"]
    assert "--no-enable-termination-protection" in blocks["Delete / 1"]


def test_account_and_region_of_the_deployment_are_told_and_set(tmp_path: Path) -> None:
    readme = page(tmp_path, TOPIC, environment="aws://111122223333/eu-west-1")
    told = "made for account `111122223333` (an example's) and region `eu-west-1`, and"
    assert told in readme.read_text()
    assert "export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1\n" in shell_blocks(readme)["Deploy / 1"]


def test_every_chart_is_told_with_version_and_address(assembly: Path, tmp_path: Path) -> None:
    (readme := tmp_path / "README.md").write_text(
        read_me(assembly, "aegisai-dev", sizes=SIZES, examples="", digest="0" * 64), encoding="utf-8"
    )
    listed = shell_blocks(readme)["Images / 1"]
    installed = [
        each["Properties"]
        for each in flattened(assembly, "aegisai-dev")["Resources"].values()
        if each["Type"] == CHART
    ]
    assert len(installed) > 3
    for each in installed:
        assert f"# {each['Chart']} {each['Version']} from {each['Repository']}\n" in listed
    assert listed.count("\nhelm template ") == len(installed)


def test_values_of_an_example_are_told_first(tmp_path: Path) -> None:
    text = page(tmp_path, TOPIC, examples="`monitoring.email`: nobody's").read_text()
    assert "- **It still has values of an example**: `monitoring.email`: nobody's.\n" in text


@pytest.mark.parametrize("deployment", COMMITTED)
def test_every_command_of_every_system_is_one(assembly: Path, tmp_path: Path, deployment: str) -> None:
    (readme := tmp_path / "README.md").write_text(
        read_me(assembly, deployment, sizes=SIZES, examples="", digest="0" * 64), encoding="utf-8"
    )
    called = [each for each in aws_commands(readme) if each[:2] not in PROGRAM_ONLY and each[1] != "wait"]
    assert len(called) > 15
    assert not unknown_to_aws(called)
    for heading, block in shell_blocks(readme).items():
        run = subprocess.run(["/bin/bash", "-n", "-c", block], capture_output=True, text=True)
        assert run.returncode == 0, f"{heading}: {run.stderr}"


def test_first_deployment_that_fails_is_told_with_what_it_stops_at_and_leaves(tmp_path: Path) -> None:
    protected = {"Type": "AWS::EKS::Cluster", "Properties": {"DeletionProtection": True}}
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    readme = page(tmp_path / "a", {"Resources": {"Base": protected, "Logs": bucket}})
    text, blocks = readme.read_text(), shell_blocks(readme)
    assert "**`ROLLBACK_FAILED`** (`Cannot delete protected Cluster` or the like)" in text
    failed = "If the first deployment fails"
    assert "aws eks update-cluster-config --no-deletion-protection" in blocks[f"{failed} / 2"]
    assert blocks[f"{failed} / 3"].startswith("aws cloudformation delete-stack")
    assert "| `Logs` | AWS::S3::Bucket |" in text.partition("This stays even so")[2].partition("##")[0]
    plain = page(tmp_path / "b", TOPIC)
    assert "ROLLBACK_FAILED" not in plain.read_text()
    assert shell_blocks(plain)[f"{failed} / 2"].startswith("aws cloudformation delete-stack")


def test_what_a_company_asks_for_is_an_option(tmp_path: Path) -> None:
    text = page(tmp_path, TOPIC).read_text()
    for option in ("--s3-prefix", "--kms-key-id", "--role-arn", "--tags", "permissionsBoundary"):
        assert option in text.partition("### In a company's account")[2]
    assert "`cloudformation`, `s3`, `sns`." in text
    blocks = shell_blocks(tmp_path / "README.md")
    assert blocks["Update / 5"].startswith("aws cloudformation delete-change-set")


def test_a_cluster_that_nobody_administers_is_told(tmp_path: Path) -> None:
    text = page(tmp_path, {"Resources": {"Cluster": {"Type": "AWS::EKS::Cluster"}}}).read_text()
    assert "nobody yet: roles that may stand below `cluster.admin_role_arns`" in text


def test_before_and_after_stand_in_the_readme_of_each_system(assembly: Path, tmp_path: Path) -> None:
    chat, media = (
        read_me(assembly, name, sizes=SIZES, examples="", digest="0" * 64)
        for name in ("open-webui-prod", "aegisai-dev")
    )
    zone = "| Hosted zone `Z0123456789ABCDEFGHIJ`: public, of this account"
    assert (
        f"{zone}, delegated to from its parent, and without a record `chat.example.com`. **An example's:"
        in chat
    )
    assert "- **The first person**, `admin@example.com`, gets an invitation" in chat
    assert '{"openai_api_keys": "…", "embedding_api_key": "…"}' in chat
    assert "aws backup delete-backup-vault --backup-vault-name open-webui-prod" in chat
    assert "docs/open-webui.md" in chat
    assert "- **Confirm the alarms**: AWS writes to `ops@example.com`" in media
    admin = "`arn:aws:iam::111122223333:role/platform-admin`"
    assert f'`eval "$(output KubeconfigCommand)"` lets kubectl reach it, for {admin}' in media
    assert (
        'docker tag "$LOCAL/gateway:1.0.0" 111122223333.dkr.ecr.eu-west-1.amazonaws.com/aegisai-dev/gateway'
        in media
    )
    assert "kubectl rollout restart -n aegisai deployment/ai-service" in media
    assert "### Deploy again under the same name" not in media, "nothing stays"
    assert "first person" not in media


@pytest.mark.parametrize("written", ["a | b", "a\nb"])
def test_text_of_a_template_cannot_break_a_table(written: str) -> None:
    given = {"Parameters": {"Name": {"Type": "String", "Default": written, "Description": written}}}
    text = parameters_page(NAME, parameters(given))
    (row,) = (line for line in text.splitlines() if line.startswith("| `Name` "))
    assert row.replace("\\|", "").count("|") == 5


def test_what_is_to_be_filled_in_stands_in_the_readme_and_beside_its_description(tmp_path: Path) -> None:
    given = {
        "Zone": {"Type": "String", "Description": "Where names are", "AllowedValues": ["a.org", "b.org"]},
        "Days": {"Type": "Number", "Default": 90},
    }
    text = page(tmp_path, {**TOPIC, "Parameters": given}).read_text()
    assert "| `Zone` | has no default: write yours in place of FILL-IN |" in text
    assert "| `Days` |" not in text
    assert (
        "| `Zone` **fill in** | Where names are | `FILL-IN`: has no default: write yours in place of FILL-IN "
        "| a.org, b.org |" in parameters_page(NAME, parameters({"Parameters": given}))
    )


def test_values_cannot_break_out_of_the_shell(tmp_path: Path) -> None:
    readme = page(tmp_path, TOPIC, environment="aws://111122223333/eu-west-1$(id)")
    assert (
        "AWS_REGION='eu-west-1$(id)' AWS_DEFAULT_REGION='eu-west-1$(id)'\n"
        in shell_blocks(readme)["Deploy / 1"]
    )


def test_what_goes_by_itself_is_told_apart_from_what_stays(tmp_path: Path) -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {"PendingWindowInDays": 7}}
    text = page(
        tmp_path, {"Resources": {"Kept": {**key, "DeletionPolicy": "Retain"}, "Other": key}}
    ).read_text()
    stays, _, pending = text.partition("This goes by itself, and costs nothing until then:")
    assert "| `Kept` | AWS::KMS::Key | the template retains it |" in stays
    assert "| `1 × key` | AWS::KMS::Key | pending deletion for 7 days, free of charge |" in pending
    text = page(tmp_path, {"Resources": {"Other": key}}).read_text()
    assert "Nothing stays for good.\n\nThis goes by itself" in text


AWS = """#!{python}
import json, sys
import jmespath
options = dict(zip(sys.argv[3::2], sys.argv[4::2]))
sets = {{"review": ["Storage"], "arn:Storage": ["Storage.Files", "Storage.Database"], "arn:Storage.Files": ["Deep"]}}
name = options["--change-set-name"]
assert (name == "review") is ("--stack-name" in options), "an ARN goes alone"
changes = [
    {{"ResourceChange": {{"LogicalResourceId": each, "ChangeSetId": f"arn:{{each}}"}}}} for each in sets.get(name, [])
]
if name == "arn:Deep":
    changes = [{{"ResourceChange": {{"LogicalResourceId": "Bottom", "PolicyAction": "Delete"}}}}]
found = jmespath.search(options["--query"], {{"Changes": changes}})
print("\\t".join(found) if options["--output"] == "text" else json.dumps(found))
"""


def test_review_reads_change_sets_at_every_depth(tmp_path: Path) -> None:
    blocks = shell_blocks(page(tmp_path, TOPIC))
    (program := tmp_path / "aws").write_text(AWS.format(python=sys.executable))
    program.chmod(0o755)
    run = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", f"STACK=chat\n{blocks['Update / 3']}"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    told = [each for line in run.stdout.splitlines() for each in json.loads(line)]
    assert [each["Resource"] for each in told] == [
        "Storage",
        "Storage.Files",
        "Storage.Database",
        "Deep",
        "Bottom",
    ]
    assert told[-1]["WasThere"] == "Delete"
