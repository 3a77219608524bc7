"""The parameters of a root template, in the order and the groups in which the console shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

INTERFACE = "AWS::CloudFormation::Interface"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One parameter; `group` and `label` are those of the console, empty where it has none."""

    name: str
    group: str
    label: str
    body: dict[str, Any]


def grouped(template: dict[str, Any]) -> Iterator[Declared]:
    """Those of a root template: group after group, then what is in none."""
    interface = template.get("Metadata", {}).get(INTERFACE, {})
    groups = {
        name: group["Label"]["default"]
        for group in interface.get("ParameterGroups", [])
        for name in group["Parameters"]
    }
    labels, bodies = interface.get("ParameterLabels", {}), template.get("Parameters", {})
    for name in (
        *(each for each in groups if each in bodies),
        *(each for each in bodies if each not in groups),
    ):
        label = labels.get(name, {}).get("default", "")
        yield Declared(name=name, group=groups.get(name, ""), label=label, body=bodies[name])
