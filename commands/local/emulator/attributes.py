"""Adds the attributes of `table.attributes` to ministack's own handlers."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from commands.local.emulator.rows import Place, fill

Made = tuple[str, dict[str, str]]


def install(table: Mapping[str, Mapping[str, str]]) -> None:
    """Wrap each type's create and update."""
    for resource_type, templates in table.items():
        handlers = provisioners._RESOURCE_HANDLERS[resource_type]
        handlers["create"] = partial(_create, handlers["create"], templates)
        if "update" in handlers:
            handlers["update"] = partial(_update, handlers["update"], templates)


def _create(
    native: Any, templates: Mapping[str, str], logical_id: str, properties: dict[str, Any], stack: str
) -> Made:
    return _completed(native(logical_id, properties, stack), templates, properties)


def _update(
    native: Any,
    templates: Mapping[str, str],
    physical_id: str,
    old: dict[str, Any],
    new: dict[str, Any],
    *rest: Any,
) -> Made:
    return _completed(native(physical_id, old, new, *rest), templates, new)


def _completed(made: Made, templates: Mapping[str, str], properties: dict[str, Any]) -> Made:
    physical_id, attributes = made
    place = Place(
        name=physical_id,
        region=get_region(),
        account=get_account_id(),
        properties=properties,
        attributes=dict(attributes),
        ref=physical_id,
    )
    return physical_id, {**{name: str(fill(text, place)) for name, text in templates.items()}, **attributes}
