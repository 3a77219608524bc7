"""Which resources a change of the settings replaces, read off the templates before and after it.

Which property replaces is said by the provider schemas that cfn-lint ships; a reference to something that is replaced
counts as a changed value.
"""

import json
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from commands.assembly import NESTED
from commands.stateful import HOLDS_DATA

Resources = dict[str, dict[str, Any]]
"""The resources of one deployment by their address, references followed; see `commands.flattened`."""


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


def replaced(before: Resources, after: Resources) -> set[str]:
    """What the change replaces, and what that replaces in turn."""
    found: set[str] = set()
    while True:
        more = {
            address
            for address in before.keys() & after.keys() - found
            for old, new in [(_properties(before, address), _properties(after, address))]
            for key in create_only(after[address]["Type"])
            if old.get(key) != new.get(key) or mentions(new.get(key), found)
        }
        if not more:
            return found
        found |= more


def mentions(value: Any, addresses: set[str]) -> bool:
    text = json.dumps(value).replace('\\"', '"')
    return any(f'"{address}"' in text for address in addresses)


def lost_data(before: Resources, after: Resources) -> list[str]:
    """What holds data and is replaced. Not the cache: it is filled anew, under a name that its subnets decide."""
    kinds = HOLDS_DATA - {"AWS::ElastiCache::ServerlessCache"}
    return sorted(
        f"{address} {after[address]['Type']}"
        for address in replaced(before, after)
        if after[address]["Type"] in kinds
    )


def taken_names(before: Resources, after: Resources) -> list[str]:
    """Names of new resources that old ones still have."""
    gone = replaced(before, after)
    old = {_name(before, address) for address in before} - {None}
    return sorted(
        f"{address} {name}"
        for address in after
        if address in gone or address not in before
        for name in [_name(after, address)]
        if name in old and not mentions(name, gone)
    )


def _properties(resources: Resources, address: str) -> dict[str, Any]:
    properties: dict[str, Any] = resources[address].get("Properties", {})
    return properties


def _name(resources: Resources, address: str) -> str | None:
    kind = resources[address]["Type"]
    return None if kind == NESTED else physical_name(kind, _properties(resources, address))
