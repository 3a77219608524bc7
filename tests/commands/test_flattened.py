"""The whole deployment as one template: nothing lost, and every reference leads to what it means."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import templates
from commands.bundle.permissions import capabilities
from commands.flattened import SUBSTITUTED, as_one, flattened
from tests.conftest import COMMITTED


def references(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Fn::Sub": [str(text), dict(given)]}:
            yield from (name for name in SUBSTITUTED.findall(text) if name not in given)
            yield from references(given)
        case {"Fn::Sub": str(text)}:
            yield from SUBSTITUTED.findall(text)
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


STACK = {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": {"Name": {"Ref": "Above"}}}}
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic"}
PARAMETERS = {"Name": {"Type": "String"}}


def whole(root: dict[str, Any], nested: dict[str, Any]) -> Any:
    above = {"Resources": {"StorageNestedStackA": STACK, "Above": TOPIC}, **root}
    return as_one({"": above, "Storage": {"Parameters": PARAMETERS, **nested}})


def test_the_condition_of_a_nested_stack_is_that_of_its_resources() -> None:
    body = whole(
        {"Resources": {"StorageNestedStackA": {**STACK, "Condition": "Used"}}, "Conditions": {"Used": True}},
        {"Resources": {"Own": {**TOPIC, "Condition": "Loud"}, "Plain": TOPIC}, "Conditions": {"Loud": True}},
    )
    assert body["Resources"]["Storage.Plain"]["Condition"] == "Used"
    both = body["Resources"]["Storage.Own"]["Condition"]
    assert body["Conditions"][both] == {"Fn::And": [{"Condition": "Used"}, {"Condition": "Storage.Loud"}]}
    assert set(references(body)) <= body["Conditions"].keys() | body["Resources"].keys()


def test_macros_of_every_template_are_those_of_the_whole() -> None:
    include = {"Name": "AWS::Include"}
    body = whole(
        {"Transform": "AWS::LanguageExtensions"},
        {"Resources": {}, "Transform": [include, "AWS::LanguageExtensions"]},
    )
    assert body["Transform"] == ["AWS::LanguageExtensions", include]
    assert "CAPABILITY_AUTO_EXPAND" in capabilities(body)
    assert "Transform" not in whole({}, {"Resources": {}})


def test_an_attribute_that_a_parameter_names_is_read() -> None:
    body = whole({}, {"Resources": {"Own": TOPIC, "Other": {**TOPIC, "Properties": {"It": ATTRIBUTE}}}})
    assert body["Resources"]["Storage.Other"]["Properties"]["It"] == {
        "Fn::GetAtt": ["Storage.Own", {"Ref": "Above"}]
    }


ATTRIBUTE = {"Fn::GetAtt": ["Own", {"Ref": "Name"}]}
