"""Puts into two templates what their parameters and mappings say, where the two say something else.

A property that refers to a parameter reads the same on both sides: what it does to its resource shows when the value
stands there.
"""

from collections.abc import Callable
from typing import Any

from commands.flattened import Template

READERS = ("Resources", "Conditions", "Outputs")
"""Parts of a template in which values are put; the parameters themselves are told on their own."""
FROM_SSM = "AWS::SSM::Parameter::Value<"
MISSING = object()


def filled(before: Template, after: Template) -> tuple[Template, Template]:
    """Both templates with the values that differ, those of parameters by their defaults."""
    parameters = {
        name
        for name in before.get("Parameters", {}).keys() | after.get("Parameters", {}).keys()
        if _default(before, name) != _default(after, name)
    }

    def with_values(template: Template, other: Template) -> Template:
        def parameter(name: str) -> Any:
            return _default(template, name) if name in parameters else MISSING

        def mapped(path: list[Any]) -> Any:
            keys = [_key(key, template) for key in path]
            value = _mapped(template, keys)
            is_same = value == _mapped(other, keys) and not any(_refers(key, parameters) for key in path)
            return MISSING if is_same else value

        return template | {
            part: _put(template[part], parameter, mapped) for part in READERS if part in template
        }

    return with_values(before, after), with_values(after, before)


def _put(value: Any, parameter: Callable[[str], Any], mapped: Callable[[list[Any]], Any]) -> Any:
    match value:
        case {"Ref": str(name)} if (known := parameter(name)) is not MISSING:
            return known
        case {"Fn::FindInMap": [*path]} if (known := mapped(path)) is not MISSING:
            return known
        case dict():
            return {key: _put(each, parameter, mapped) for key, each in value.items()}
        case list():
            return [_put(each, parameter, mapped) for each in value]
    return value


def _default(template: Template, name: str) -> Any:
    """What a reference to the parameter gives where nobody sets it."""
    body = template.get("Parameters", {}).get(name, {})
    if "Default" not in body:
        return MISSING
    kind, default = body.get("Type", "String"), body["Default"]
    if kind.startswith(FROM_SSM):
        return f"{{{{resolve:ssm:{default}}}}}"
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [each.strip() for each in str(default).split(",")]
    return default


def _key(key: Any, template: Template) -> Any:
    match key:
        case {"Ref": str(name)}:
            return _default(template, name)
    return key


def _refers(key: Any, parameters: set[str]) -> bool:
    return isinstance(key, dict) and key.get("Ref") in parameters


def _mapped(template: Template, keys: list[Any]) -> Any:
    """What the mapping says; nothing where a key is known only in the account, or the mapping lacks it."""
    found: Any = template.get("Mappings", {})
    for key in keys[:3]:
        if not isinstance(key, str) or not isinstance(found, dict) or key not in found:
            return MISSING
        found = found[key]
    return found
