"""What a value of a template is, in words; references are those of `commands.flattened`."""

import json
from collections.abc import Mapping
from typing import Any

from commands.flattened import SUBSTITUTED

Template = dict[str, Any]


def said(value: Any, template: Template) -> str:
    """The value with each parameter's default in its place, and the address of each resource that it names."""
    match value:
        case {"Ref": str(name)}:
            return _named(name, template)
        case {"Fn::GetAtt": [str(address), str(attribute)]}:
            return f"{address}.{attribute}"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(said(part, template) for part in parts)
        case {"Fn::Sub": str(text)}:
            return _substituted(text, {}, template)
        case {"Fn::Sub": [str(text), dict(given)]}:
            return _substituted(text, given, template)
        case list():
            return ", ".join(said(each, template) for each in value)
        case str():
            return value
    return json.dumps(value)


def _named(name: str, template: Template) -> str:
    parameter = template.get("Parameters", {}).get(name, {})
    return str(parameter.get("Default", f"${{{name}}}" if name.startswith("AWS::") else name))


def _substituted(text: str, given: Mapping[str, Any], template: Template) -> str:
    def meant(name: str) -> str:
        return said(given[name], template) if name in given else _named(name, template)

    return SUBSTITUTED.sub(lambda found: meant(found.group(1)), text)
