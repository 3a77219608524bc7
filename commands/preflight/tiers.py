"""Which subnets that exist a deployment uses, and for what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.preflight.needs import Needs

SUBNET, VPC = re.compile(r"^subnet-[0-9a-f]+$"), re.compile(r"^vpc-[0-9a-f]+$")


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """Ids that the template names as they are; empty where the deployment makes its own network."""

    vpcs: tuple[str, ...]
    public: tuple[str, ...]
    private: tuple[str, ...]

    @property
    def subnets(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.public, *self.private)


def tiers(needs: Needs) -> Tiers:
    """What is given: subnets of an internet-facing load balancer are public, all others private."""
    public: dict[str, None] = {}
    every: dict[str, None] = {}
    vpcs: dict[str, None] = {}
    for resource in needs.template["Resources"].values():
        properties = resource.get("Properties", {})
        named = [text for text in _texts(properties) if SUBNET.match(text)]
        every |= dict.fromkeys(named)
        vpcs |= dict.fromkeys(text for text in _texts(properties) if VPC.match(text))
        if properties.get("Scheme") == "internet-facing":
            public |= dict.fromkeys(named)
    private = tuple(subnet for subnet in every if subnet not in public)
    return Tiers(vpcs=tuple(vpcs), public=tuple(public), private=private)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
