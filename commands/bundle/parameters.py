"""The root template's parameters as a file that the AWS CLI takes, and as a table for people."""

import json
from dataclasses import dataclass
from typing import Any

from commands.grouped import grouped
from settings.caution import examples_left

Template = dict[str, Any]
TO_FILL_IN = "FILL-IN"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter; `value` is its default, and what the file says."""

    name: str
    description: str
    allowed: str
    value: str
    to_do: str
    """What the receiving team must do about it; mostly nothing."""


def parameters(template: Template) -> list[Parameter]:
    """Those of a root template, in the order of the groups that the console shows."""
    return [
        Parameter(
            name=each.name,
            description=each.body.get("Description", ""),
            allowed=_allowed(each.body),
            value=str(each.body.get("Default", TO_FILL_IN)),
            to_do=_to_do(each.body),
        )
        for each in grouped(template)
    ]


def overrides(given: list[Parameter]) -> str:
    """The text of parameters.json.

    A list of `Name=value` is what `aws cloudformation deploy --parameter-overrides file://…` takes in both versions of
    the AWS CLI; version 1 takes nothing else.
    """
    return json.dumps([f"{each.name}={each.value}" for each in given], indent=2, ensure_ascii=False) + "\n"


def _to_do(parameter: Template) -> str:
    if "Default" not in parameter:
        return f"has no default: write yours in place of {TO_FILL_IN}"
    if list(examples_left({"value": str(parameter["Default"])})):
        return "an example: write your own"
    return ""


def _allowed(parameter: Template) -> str:
    values = parameter.get("AllowedValues")
    if values:
        return ", ".join(str(value) for value in values)
    limits = {"at least": "MinValue", "at most": "MaxValue"}
    ranges = [f"{words} {parameter[key]}" for words, key in limits.items() if key in parameter]
    return ", ".join(ranges) or str(parameter.get("ConstraintDescription", ""))
