"""Which resources a change of the settings replaces, read off the templates before and after it.

Which property replaces is said by the provider schemas that cfn-lint ships; a reference to something that is replaced
counts as a changed value.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from commands.assembly import NESTED, StackTemplate
from commands.stateful import HOLDS_DATA

Address = tuple[str, str]
"""Path of a nested stack, and a logical ID in it."""


@dataclass(frozen=True)
class Deployment:
    """The templates of one deployment, nested stacks by their path."""

    stacks: dict[str, StackTemplate]

    @cached_property
    def resources(self) -> dict[Address, dict[str, Any]]:
        """What it makes, each property as what it refers to in the end."""
        return {
            (path, key): {
                "Type": each["Type"],
                "Properties": self._resolved(each.get("Properties", {}), path),
            }
            for path, stack in self.stacks.items()
            for key, each in stack.resources.items()
            if each["Type"] != NESTED
        }

    def _resolved(self, value: Any, path: str) -> Any:
        """References lead through parameters and outputs of nested stacks, whose names say nothing."""
        match value:
            case {"Ref": str(name)} if path and name in self.stacks[path].body.get("Parameters", {}):
                above, _, own = path.rpartition("/")
                (given,) = (
                    each["Properties"]["Parameters"][name]
                    for key, each in self.stacks[above].resources.items()
                    if each["Type"] == NESTED and key.partition("NestedStack")[0] == own
                )
                return self._resolved(given, above)
            case {"Fn::GetAtt": [str(key), str(attribute)]} if attribute.startswith("Outputs."):
                child = f"{path}/{key.partition('NestedStack')[0]}"
                output = self.stacks[child].body["Outputs"][attribute.removeprefix("Outputs.")]
                return self._resolved(output["Value"], child)
            case {"Ref": str(key)} | {"Fn::GetAtt": [str(key), _]}:
                return {**value, "of": f"{path} {key}"}
            case dict():
                return {key: self._resolved(each, path) for key, each in value.items()}
            case list():
                return [self._resolved(each, path) for each in value]
        return value


def create_only(kind: str) -> set[str]:
    """The properties whose change replaces a resource."""
    return _top(_schema(kind).get("createOnlyProperties", []))


def physical_name(kind: str, given: dict[str, Any]) -> str | None:
    """What must be there once only, where the template says it."""
    identifier = _top(_schema(kind)["primaryIdentifier"])
    named = {"Name", f"{kind.rpartition('::')[2]}Name"} & create_only(kind)
    of_it = identifier if identifier <= set(given) else named & set(given)
    return f"{kind} {json.dumps({key: given[key] for key in sorted(of_it)})}" if of_it else None


def _schema(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return schema


def _top(pointers: list[str]) -> set[str]:
    return {pointer.split("/")[2] for pointer in pointers}


def replaced(before: Deployment, after: Deployment) -> set[Address]:
    """What the change replaces, and what that replaces in turn."""
    found: set[Address] = set()
    while True:
        more = {
            address
            for address in before.resources.keys() & after.resources.keys() - found
            for old, new in [(before.resources[address], after.resources[address])]
            for key in create_only(new["Type"])
            if old["Properties"].get(key) != new["Properties"].get(key)
            or mentions(new["Properties"].get(key), found)
        }
        if not more:
            return found
        found |= more


def mentions(value: Any, addresses: set[Address]) -> bool:
    text = json.dumps(value).replace('\\"', '"')
    return any(f'"{" ".join(address)}"' in text for address in addresses)


def lost_data(before: Deployment, after: Deployment) -> list[str]:
    """What holds data and is replaced. Not the cache: it is filled anew, under a name that its subnets decide."""
    kinds = HOLDS_DATA - {"AWS::ElastiCache::ServerlessCache"}
    return sorted(
        f"{path} {key} {after.resources[path, key]['Type']}"
        for path, key in replaced(before, after)
        if after.resources[path, key]["Type"] in kinds
    )


def taken_names(before: Deployment, after: Deployment) -> list[str]:
    """Names of new resources that old ones still have."""
    gone = replaced(before, after)
    old = {physical_name(each["Type"], each["Properties"]) for each in before.resources.values()} - {None}
    return sorted(
        f"{' '.join(address)} {name}"
        for address, each in after.resources.items()
        if address in gone or address not in before.resources
        for name in [physical_name(each["Type"], each["Properties"])]
        if name in old and not mentions(name, gone)
    )
