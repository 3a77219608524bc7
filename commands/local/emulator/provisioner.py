"""Makes the handlers that ministack's engine wants out of rows of the table."""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from commands.local.emulator.own_client import own_client
from commands.local.emulator.rows import PLACE, Call, Place, Row, fill

Made = tuple[str, dict[str, str]]
STABLE = {"prop", "region", "account", "ref", "attr"}
"""Places whose text an update may work out again; the others are drawn once."""


class RowHandlers:
    """Create, update and delete for one row; remembers the attributes, which the engine does not pass to an update."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.attributes: dict[tuple[str, str, str], dict[str, str]] = {}

    def create(self, logical_id: str, properties: dict[str, Any], stack: str) -> Made:
        place = self._place(provisioners._physical_name(stack, logical_id), properties, {}, "")
        self._perform(self.row.create, place)
        for name, template in self.row.attributes.items():
            place.attributes.setdefault(name, str(fill(template, place)))
        ref = str(fill(self.row.ref, place))
        self.attributes[self._key(ref)] = place.attributes
        return ref, dict(place.attributes)

    def update(
        self,
        physical_id: str,
        _old: dict[str, Any],
        properties: dict[str, Any],
        stack: str,
        logical_id: str | None,
    ) -> Made:
        name = provisioners._physical_name(stack, logical_id or physical_id)
        place = self._place(
            name, properties, dict(self.attributes.get(self._key(physical_id), {})), physical_id
        )
        self._perform(self.row.update, place)
        for attribute, template in self.row.attributes.items():
            if {match.group(1) for match in PLACE.finditer(template)} <= STABLE:
                place.attributes[attribute] = str(fill(template, place))
        self.attributes[self._key(physical_id)] = place.attributes
        return physical_id, dict(place.attributes)

    def delete(self, physical_id: str, properties: dict[str, Any]) -> None:
        attributes = self.attributes.pop(self._key(physical_id), {})
        self._perform(self.row.delete, self._place("", properties, attributes, physical_id))

    def _place(self, name: str, properties: dict[str, Any], attributes: dict[str, str], ref: str) -> Place:
        return Place(
            name=name,
            region=get_region(),
            account=get_account_id(),
            properties=properties,
            attributes=attributes,
            ref=ref,
        )

    @staticmethod
    def _key(physical_id: str) -> tuple[str, str, str]:
        return get_account_id(), get_region(), physical_id

    @staticmethod
    def _perform(calls: tuple[Call, ...], place: Place) -> None:
        for call in calls:
            service = own_client(call.service)
            wanted = call.parameters(place) if callable(call.parameters) else fill(call.parameters, place)
            for parameters in wanted if isinstance(wanted, list) else [wanted]:
                answer = getattr(service, call.operation)(**parameters)
                for attribute, path in call.answers.items():
                    place.attributes[attribute] = str(_at(answer, path))


def install(rows: list[Row]) -> None:
    """Give the engine each row's handlers, on a thread of their own where they call an API."""
    for row in rows:
        handlers = RowHandlers(row)
        provisioners._RESOURCE_HANDLERS[row.type] = {
            "create": handlers.create,
            "update": handlers.update,
            "update_with_logical_id": True,
            "delete": handlers.delete,
        }


def _at(answer: Any, path: str) -> Any:
    for part in path.split("."):
        answer = answer[int(part)] if part.isdecimal() else answer[part]
    return answer
