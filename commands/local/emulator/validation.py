"""Checks a resource's properties against its schema, in the way and with the words of CloudFormation.

CloudFormation takes "80" for 80 and "true" for true. It knows the keywords below and nothing else of JSON Schema here:
what a schema says in other words is left to the service.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

Schema = dict[str, Any]

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": (str, int, float, bool),
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def problems(properties: dict[str, Any], schema: Schema) -> list[str]:
    """What is wrong, each with the path of the property; empty when nothing is."""
    found = list(_object(properties, schema, schema, ""))
    read_only = {pointer.removeprefix("/properties/") for pointer in schema.get("readOnlyProperties", [])}
    found += [f"#/{name}: is read-only" for name in properties if name in read_only]
    return found


def _check(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    schema = _resolved(schema, root)
    if not _has_type(value, schema.get("type")):
        yield f"#{path}: expected type: {_names(schema['type'])}, found: {type(value).__name__}"
        return
    if isinstance(value, dict):
        yield from _object(value, schema, root, path)
    elif isinstance(value, list):
        yield from _list(value, schema, root, path)
    else:
        yield from _scalar(value, schema, path)


def _object(value: dict[str, Any], schema: Schema, root: Schema, path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"#{path}: required key [{name}] not found"
    for name, member in value.items():
        if name in known:
            yield from _check(member, known[name], root, f"{path}/{name}")
            continue
        matching = [
            each for pattern, each in patterns.items() if _pattern(pattern) is None or _matches(pattern, name)
        ]
        if matching:
            yield from _check(member, matching[0], root, f"{path}/{name}")
        elif schema.get("additionalProperties") is False:
            yield f"#{path}: extraneous key [{name}] is not permitted"


def _list(value: list[Any], schema: Schema, root: Schema, path: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"#{path}: expected minimum item count: {schema['minItems']}, found: {len(value)}"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"#{path}: expected maximum item count: {schema['maxItems']}, found: {len(value)}"
    items = schema.get("items")
    if isinstance(items, dict):
        for index, item in enumerate(value):
            yield from _check(item, items, root, f"{path}/{index}")


def _scalar(value: Any, schema: Schema, path: str) -> Iterator[str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    allowed = schema.get("enum")
    if allowed is not None and text not in [
        str(each).lower() if isinstance(each, bool) else str(each) for each in allowed
    ]:
        yield f"#{path}: {text} is not a valid enum value, one of {', '.join(map(str, allowed))}"
    if "pattern" in schema and not _matches(schema["pattern"], text):
        yield f"#{path}: failed validation constraint for keyword [pattern]: {text} does not match {schema['pattern']}"
    if schema.get("type") == "string" and len(text) < schema.get("minLength", 0):
        yield f"#{path}: expected minLength: {schema['minLength']}, actual: {len(text)}"
    if schema.get("type") == "string" and len(text) > schema.get("maxLength", len(text)):
        yield f"#{path}: expected maxLength: {schema['maxLength']}, actual: {len(text)}"
    if schema.get("type") in ("integer", "number") and NUMBER.fullmatch(text):
        if float(text) < schema.get("minimum", float(text)):
            yield f"#{path}: {text} is not greater or equal to {schema['minimum']}"
        if float(text) > schema.get("maximum", float(text)):
            yield f"#{path}: {text} is not less or equal to {schema['maximum']}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def _has_type(value: Any, wanted: str | list[str] | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, list):
        return any(_has_type(value, each) for each in wanted)
    if isinstance(value, str):
        if wanted == "boolean":
            return value.lower() in ("true", "false")
        if wanted in ("integer", "number"):
            return bool(NUMBER.fullmatch(value))
        # A policy document and the like may be given as its JSON text.
        return wanted in ("string", "object")
    if isinstance(value, bool) and wanted in ("integer", "number"):
        return False
    return isinstance(value, JSON_TYPES.get(wanted, object))


def _names(wanted: str | list[str]) -> str:
    return wanted if isinstance(wanted, str) else " or ".join(wanted)


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error:
        return None


def _matches(pattern: str, text: str) -> bool:
    # The schemas' patterns are Java's; what Python cannot read is not checked.
    compiled = _pattern(pattern)
    return compiled is None or compiled.search(text) is not None
