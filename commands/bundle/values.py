"""What a value of a template is, in words; references are those of `commands.flattened`."""

import json
from typing import Any

from commands.flattened import Template
from commands.folded import folded


def said(value: Any, template: Template) -> str:
    """The value with each parameter's default in its place, and the address of each resource that it names."""

    def named(name: str) -> str:
        parameter = template.get("Parameters", {}).get(name, {})
        return str(parameter.get("Default", f"${{{name}}}" if name.startswith("AWS::") else name))

    def other(value: Any) -> str:
        listed = isinstance(value, list)
        return ", ".join(said(each, template) for each in value) if listed else json.dumps(value)

    return folded(value, named=named, other=other)
