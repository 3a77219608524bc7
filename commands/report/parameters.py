"""What can be turned without a new synthesis, and what comes out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
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


def parameters(template: Template, interface: dict[str, Any]) -> list[Parameter]:
    """Parameters in the order of the console.

    Args:
        template: The deployment as one template.
        interface: `AWS::CloudFormation::Interface` of the root template.
    """
    groups = {
        name: group["Label"]["default"]
        for group in interface.get("ParameterGroups", [])
        for name in group["Parameters"]
    }
    labels = interface.get("ParameterLabels", {})
    bodies = template.get("Parameters", {})
    order = [*(name for name in groups if name in bodies), *(name for name in bodies if name not in groups)]
    return [
        Parameter(
            name=name,
            group=groups.get(name, ""),
            label=labels.get(name, {}).get("default", ""),
            kind=bodies[name]["Type"],
            default=HIDDEN
            if bodies[name].get("NoEcho")
            else str(bodies[name].get("Default", "none: must be given")),
            allowed="; ".join(_allowed(bodies[name])) or "anything",
            description=bodies[name].get("Description", ""),
        )
        for name in order
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
