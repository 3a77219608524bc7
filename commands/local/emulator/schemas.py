"""The AWS resource schemas that cfn-lint ships: what a type takes, and which change replaces it."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

CUSTOM = ("Custom::", "AWS::CloudFormation::")
"""Types whose properties no schema describes."""
FALLBACK_REGION = "us-east-1"
POINTER = "/properties/"


@cache
def _folder() -> Path:
    # Found and not imported: the package needs libraries that nothing here does.
    found = importlib.util.find_spec("cfnlint")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(
            "cfn-lint is not installed; it is in commands/local/emulator/requirements.txt"
        )
    return Path(found.submodule_search_locations[0]) / "data" / "schemas"


@cache
def _types(region: str) -> dict[str, str]:
    file = _folder() / "providers" / f"{region}.json"
    if not file.is_file():
        file = _folder() / "providers" / f"{FALLBACK_REGION}.json"
    types: dict[str, str] = json.loads(file.read_text())
    return types


@cache
def schema(resource_type: str, *, region: str) -> Schema | None:
    """The type's schema in this region; none for custom resources and for types that the region does not have."""
    if resource_type.startswith(CUSTOM):
        return None
    name = _types(region).get(resource_type)
    if name is None:
        return None
    loaded: Schema = json.loads((_folder() / "resources" / f"{name}.json").read_text())
    return loaded


def is_known(resource_type: str, *, region: str) -> bool:
    """Whether CloudFormation has the type there."""
    return resource_type.startswith(CUSTOM) or resource_type in _types(region)


def replaces(resource_type: str, before: dict[str, Any], after: dict[str, Any], *, region: str) -> bool:
    """Whether going from one set of properties to the other needs a new resource."""
    found = schema(resource_type, region=region)
    if found is None:
        return False
    return any(
        _at(before, pointer) != _at(after, pointer) for pointer in found.get("createOnlyProperties", [])
    )


def recreation(resource_type: str, name: str, *, region: str) -> str:
    """What a change set says of a change of one property: Always, Conditionally or Never replaced."""
    found = schema(resource_type, region=region)
    if found is None:
        return "Never"
    pointer = f"{POINTER}{name}"
    if pointer in found.get("createOnlyProperties", []):
        return "Always"
    conditional = [*found.get("conditionalCreateOnlyProperties", []), *found.get("createOnlyProperties", [])]
    return "Conditionally" if any(f"{each}/".startswith(f"{pointer}/") for each in conditional) else "Never"


def _at(properties: Any, pointer: str) -> Any:
    value = properties
    for name in pointer.removeprefix(POINTER).split("/"):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
