"""What can be turned without a new synthesis, and what comes out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.grouped import grouped
from commands.report.lines import Shown
from commands.report.words import Words

HIDDEN = "hidden (NoEcho)"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of the root template; `group` and `label` are those of the console."""

    name: str
    group: str
    label: str
    kind: str
    default: str
    allowed: str
    description: str


@dataclass(frozen=True)
class Output:
    """One output of the root template."""

    name: str
    description: str
    value: Shown


def parameters(root: Template) -> list[Parameter]:
    """Those of a root template, in the order of the console."""
    return [
        Parameter(
            name=each.name,
            group=each.group,
            label=each.label,
            kind=each.body["Type"],
            default=HIDDEN
            if each.body.get("NoEcho")
            else str(each.body.get("Default", "none: must be given")),
            allowed="; ".join(_allowed(each.body)) or "anything",
            description=each.body.get("Description", ""),
        )
        for each in grouped(root)
    ]


def refusals(template: Template) -> list[str]:
    """What the template's rules say when they refuse a combination."""
    return [
        assertion["AssertDescription"]
        for rule in template.get("Rules", {}).values()
        for assertion in rule["Assertions"]
    ]


def outputs(template: Template, words: Words) -> list[Output]:
    """Outputs in the order of the template."""
    return [
        Output(name, body.get("Description", ""), words.shown(body["Value"]))
        for name, body in template.get("Outputs", {}).items()
    ]


def _allowed(body: dict[str, Any]) -> Iterator[str]:
    if "AllowedValues" in body:
        yield ", ".join(str(each) for each in body["AllowedValues"])
    for key, words in (("MinValue", "at least"), ("MaxValue", "at most")):
        if key in body:
            yield f"{words} {body[key]}"
    for key, words in (("MinLength", "at least"), ("MaxLength", "at most")):
        if key in body:
            yield f"{words} {body[key]} letters"
    if "AllowedPattern" in body:
        yield body["AllowedPattern"]
