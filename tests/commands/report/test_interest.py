"""Settings of interest are properties that their types really have."""

from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from commands.report.interest import INTEREST


def properties(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = schema["definitions"][node["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = dict(node.get("properties", {}))
    for key in ("anyOf", "oneOf", "allOf"):
        for each in node.get(key, []):
            found |= properties(schema, each)
    return found


@pytest.mark.parametrize("kind", INTEREST)
def test_each_path_is_in_the_schema(kind: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    for path in INTEREST[kind]:
        node = schema
        for step in path.split("."):
            node = properties(schema, node)[step]
