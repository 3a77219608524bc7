"""Where holders of data lie: in which subnets, and whether any of them outlives a change."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.stateful import HOLDS_DATA

PROPERTIES = ("SubnetId", "SubnetIds")


@dataclass(frozen=True)
class Network:
    """Where the holders of data of one template lie; `gone` does not stay where it is."""

    template: Template
    gone: set[str]

    def loses(self, address: str, after: "Network") -> bool:
        """Whether a holder of data that has subnets has none of them any more."""
        body = self.template["Resources"].get(address)
        if body is None or body["Type"] not in HOLDS_DATA:
            return False
        old, new = self._subnets(address), after._subnets(address)
        staying = [each for each in old & new if not named(json.loads(each)) & self.gone]
        return bool(old and new and not staying)

    def _subnets(self, address: str) -> set[str]:
        """Those of a resource itself, of the subnet groups that it names and of the mount targets that name it."""
        resources = self.template["Resources"]
        if address not in resources:
            return set()
        own = named(resources[address])
        places = [resources[address]] + [
            body
            for other, body in resources.items()
            if (other in own and body["Type"].endswith("SubnetGroup"))
            or (body["Type"].endswith("::MountTarget") and address in named(body))
        ]
        return {json.dumps(each) for place in places for each in _found(place.get("Properties"))}


def _found(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for key, each in value.items():
                if key in PROPERTIES:
                    yield from each if isinstance(each, list) else [each]
                else:
                    yield from _found(each)
        case list():
            for each in value:
                yield from _found(each)


def named(value: Any) -> set[str]:
    """The addresses that a value refers to."""
    match value:
        case {"Ref": str(address)} | {"Fn::GetAtt": [str(address), *_]}:
            return {address}
        case dict():
            return {address for each in value.values() for address in named(each)}
        case list():
            return {address for each in value for address in named(each)}
    return set()
