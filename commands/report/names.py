"""What resources are called on the page."""

import re
from collections import Counter

from commands.assembly import construct
from commands.flattened import Template

HASH = re.compile(r"(?<=.)[0-9A-F]{8}$")
BETWEEN = " › "
"""Stands between nested stack and resource."""


def names(template: Template) -> dict[str, str]:
    """By address the nested stacks and the construct, without the hash that ends a logical ID.

    Of two that would have the same name each has its type as well, and if that is the same its hash.
    """
    resources = template["Resources"]
    found = {address: _short(address) for address in resources}
    for longer in (_with_type, _whole):
        times = Counter(found.values())
        found = {
            address: name if times[name] == 1 else longer(address, resources[address]["Type"])
            for address, name in found.items()
        }
    return found


def _short(address: str) -> str:
    *stacks, logical_id = address.split(".")
    if construct(logical_id) != logical_id:
        logical_id = f"{construct(logical_id)} (nested stack)"
    return BETWEEN.join([*stacks, HASH.sub("", logical_id)])


def _with_type(address: str, kind: str) -> str:
    return f"{_short(address)} ({kind.rpartition('::')[2]})"


def _whole(address: str, _: str) -> str:
    return address.replace(".", BETWEEN)
