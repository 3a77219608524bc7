"""Who may open a connection to whom, as data."""

from dataclasses import dataclass
from typing import Literal

Tier = Literal[
    "load_balancer",
    "tasks",
    "litellm",
    "file_system",
    "database",
    "cache",
    "control_plane",
    "nodes",
    "kubectl",
]


@dataclass(frozen=True, kw_only=True)
class Cidr:
    """An IPv4 range outside the deployment."""

    block: str


@dataclass(frozen=True, kw_only=True)
class ManagedPrefixList:
    """Addresses that AWS keeps under a name, such as `com.amazonaws.global.cloudfront.origin-facing`."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Allow:
    """One edge of a security group picture: ingress of `to`, and egress of `source` where that is a tier."""

    to: Tier
    port: int
    source: Tier | Cidr | ManagedPrefixList
    why: str
