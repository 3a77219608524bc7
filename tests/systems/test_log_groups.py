"""Every log group of every deployment is encrypted, with a key that CloudWatch Logs may use."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import NESTED, StackTemplate, templates
from tests.conftest import OPEN_WEBUI, VARIANTS


def origin(stacks: dict[str, StackTemplate], name: str, value: Any) -> dict[str, Any]:
    """The resource whose ARN `value` is in the template `name`, followed through parameters and outputs."""
    if "Fn::GetAtt" in value:
        resource_id, attribute = value["Fn::GetAtt"]
        resource: dict[str, Any] = stacks[name].resources[resource_id]
        if resource["Type"] != NESTED:
            return resource
        child = f"{name}.{resource_id.split('NestedStack')[0]}"
        return origin(
            stacks, child, stacks[child].body["Outputs"][attribute.removeprefix("Outputs.")]["Value"]
        )
    parent, _, construct_id = name.rpartition(".")
    [given] = [
        resource["Properties"]["Parameters"][value["Ref"]]
        for logical_id, resource in stacks[parent].resources.items()
        if resource["Type"] == NESTED and logical_id.split("NestedStack")[0] == construct_id
    ]
    return origin(stacks, parent, given)


def check(found: list[StackTemplate]) -> int:
    """How many there are."""
    number = 0
    stacks = {template.name: template for template in found}
    for template in found:
        for logical_id, resource in template.resources.items():
            if resource["Type"] == "AWS::Logs::LogGroup":
                number += 1
                where = f"{template.name}.{logical_id}"
                assert "KmsKeyId" in resource["Properties"], where
                key = origin(stacks, template.name, resource["Properties"]["KmsKeyId"])
                assert '"Sid": "EncryptLogGroups"' in json.dumps(key), where
    return number


@pytest.mark.row("C3", "C8")
@pytest.mark.parametrize("deployment", OPEN_WEBUI)
def test_log_groups_are_encrypted(assembly: Path, deployment: str) -> None:
    assert check(templates(assembly, deployment)) > 5


@pytest.mark.row("C3", "C8")
@pytest.mark.parametrize("deployment", sorted({*VARIANTS} - {"standby"}))
def test_log_groups_of_variants_are_encrypted(variants: Path, deployment: str) -> None:
    assert check(templates(variants, deployment)) > 5
