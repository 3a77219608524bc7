"""The README of bundles that are not like ours: every option where it is needed, and nowhere else."""

from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from commands.bundle.read_me import read_me
from commands.bundle.sizes import Size
from tests.commands.bundle.made_assembly import NAME, made_assembly
from tests.commands.local.runbook_page import shell_blocks

TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
DESCRIBE = (
    'aws cloudformation describe-stacks --stack-name "$STACK" --query "Stacks[0].Outputs" --output table\n'
)


def page(folder: Path, template: dict[str, Any], *, examples: str = "", **options: Any) -> Path:
    assembly = made_assembly(folder, template, **options)
    sizes = [Size(place=PurePosixPath("code/some.zip"), bytes=1_000, packaged=900, parts=1) for _ in range(2)]
    text = read_me(assembly, NAME, sizes=sizes, manifests=0, examples=examples, digest="0" * 64)
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


def test_tags_and_protection_that_the_cdk_would_give_the_stack_are_given(tmp_path: Path) -> None:
    properties = {"tags": {"owner": "the team"}, "terminationProtection": True}
    blocks = shell_blocks(page(tmp_path, TOPIC, properties=properties))
    assert "--tags 'owner=the team'" in blocks["Deploy / 3"]
    assert "--enable-termination-protection" in blocks["Deploy / 3"]
    assert "--no-enable-termination-protection" in blocks["Delete / 1"]


def test_account_and_region_of_the_deployment_are_told_and_set(tmp_path: Path) -> None:
    readme = page(tmp_path, TOPIC, environment="aws://111122223333/eu-west-1")
    assert "made for account `111122223333` and region `eu-west-1`, and" in readme.read_text()
    assert "export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1\n" in shell_blocks(readme)["Deploy / 1"]


def test_values_of_an_example_are_told_first(tmp_path: Path) -> None:
    text = page(tmp_path, TOPIC, examples="`monitoring.email`: nobody's").read_text()
    assert "- **It still has values of an example**: `monitoring.email`: nobody's.\n" in text


@pytest.mark.parametrize("written", ["a | b", "a\nb"])
def test_text_of_a_template_cannot_break_a_table(tmp_path: Path, written: str) -> None:
    parameters = {"Name": {"Type": "String", "Default": written, "Description": written}}
    text = page(tmp_path, {**TOPIC, "Parameters": parameters}).read_text()
    (row,) = (line for line in text.splitlines() if line.startswith("| `Name` "))
    assert row.replace("\\|", "").count("|") == 5
