"""The whole deployment as one template: nothing lost, and every reference leads to what it means."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import templates
from commands.flattened import flattened
from tests.conftest import COMMITTED


def references(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Condition": str(name), **others} if not others:
            yield name
        case dict():
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


@pytest.mark.parametrize("deployment", COMMITTED)
def test_every_resource_is_there_once_and_every_reference_leads_to_one(
    assembly: Path, deployment: str
) -> None:
    whole = flattened(assembly, deployment)
    assert len(whole["Resources"]) == sum(len(each.resources) for each in templates(assembly, deployment))
    known = {*whole["Resources"], *whole["Parameters"], *whole.get("Conditions", {})}
    unknown = {name for name in references(whole) if name not in known and not name.startswith("AWS::")}
    assert not unknown


def test_a_reference_across_two_nested_stacks_names_the_resource(assembly: Path) -> None:
    resources = flattened(assembly, "open-webui-prod")["Resources"]
    (targets,) = (
        each for each in resources.values() if each["Type"] == "AWS::ElasticLoadBalancingV2::TargetGroup"
    )
    reference = targets["Properties"]["VpcId"]["Ref"]
    assert resources[reference]["Type"] == "AWS::EC2::VPC"
    assert reference.startswith("Network.")
