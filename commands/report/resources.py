"""Every resource with its settings of interest, by nested stack."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.assembly import NESTED
from commands.flattened import Template
from commands.report.interest import INTEREST
from commands.report.lines import Shown
from commands.report.words import Words

ASSET = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """`settings` are those of interest; `everything` has all properties, empty if `settings` does already."""

    address: str
    kind: str
    name: str
    settings: dict[str, Shown]
    everything: dict[str, Shown]
    removal: str
    condition: str


@dataclass(frozen=True)
class Stack:
    """A nested stack, or with an empty path the root."""

    path: str
    resources: list[Resource]


def stacks(template: Template, words: Words) -> list[Stack]:
    """The root last, since it holds little but the nested ones."""
    by_stack: dict[str, list[Resource]] = {}
    for address, body in template["Resources"].items():
        by_stack.setdefault(address.rpartition(".")[0], []).append(_resource(address, body, words))
    return [Stack(path, by_stack[path]) for path in sorted(by_stack, key=lambda path: not path)]


def _resource(address: str, body: dict[str, Any], words: Words) -> Resource:
    kind, properties = body["Type"], _without_code(body.get("Properties", {}))
    settings = dict(_found(properties, INTEREST[kind])) if kind in INTEREST else properties
    everything = {} if settings == properties else properties
    return Resource(
        address=address,
        kind=kind,
        name=words.name(address),
        settings={key: words.shown(each) for key, each in settings.items()},
        everything={key: words.shown(each) for key, each in everything.items()},
        removal="" if kind == NESTED else body.get("DeletionPolicy", ""),
        condition=body.get("Condition", ""),
    )


def _found(properties: dict[str, Any], paths: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for path in paths:
        value: Any = properties
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            yield path, value


def _without_code(properties: dict[str, Any]) -> dict[str, Any]:
    """Where code lies is the bundle's or the CLI's matter; that it is part of the deployment is what counts."""
    return {
        name: "part of this deployment"
        if isinstance(each, dict) and ASSET.search(str(each.get("S3Key", "")))
        else each
        for name, each in properties.items()
    }
