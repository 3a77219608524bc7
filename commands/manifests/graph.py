"""The workloads of manifests, who may connect to whom and what they share, read back from the manifests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commands.autoscalers import ranges, workload
from k8s.checks.network import Allowed, allowed_edges

Manifest = Mapping[str, Any]
DRAWN = ("Deployment", "Rollout", "StatefulSet", "CronJob")
SERVICES = ("Deployment", "Rollout")
EVERYWHERE = "0.0.0.0/0"
CLIENTS, INTERNET = "clients", "internet"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A workload; `pods` is the range of its autoscaler, such as `2–10`, or empty."""

    name: str
    kind: str
    pods: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """`arrows`: source, target and port; `shared`: each claim that several services mount, with their names."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[str, str, str], ...]
    shared: Mapping[str, Sequence[str]]

    @property
    def has_internet(self) -> bool:
        """Whether an arrow leads there."""
        return any(target == INTERNET for _, target, _ in self.arrows)


def graph(manifests: Sequence[Manifest]) -> Graph:
    """What the manifests make, without the connections to pods that others describe, DNS among them."""
    workloads = [each for each in manifests if each["kind"] in DRAWN]
    scaled = ranges(manifests)
    return Graph(
        boxes=tuple(
            Box(name=_name(each), kind=each["kind"], pods=scaled.get(workload(each), ""))
            for each in workloads
        ),
        arrows=tuple(sorted(set(_arrows(allowed_edges(manifests))))),
        shared={claim: users for claim, users in _users(workloads).items() if len(users) > 1},
    )


def _name(manifest: Manifest) -> str:
    return str(manifest["metadata"]["name"])


def _arrows(edges: Iterable[Allowed]) -> Iterator[tuple[str, str, str]]:
    for edge in edges:
        if "{" in edge.source or "{" in edge.target:
            continue
        source = CLIENTS if edge.source == EVERYWHERE else _end(edge.source)
        target = INTERNET if edge.target == EVERYWHERE else _end(edge.target)
        yield source, target, "any" if edge.port is None else str(edge.port)


def _end(text: str) -> str:
    """The name of a workload without its namespace; a range of addresses, which has a number there, as it is."""
    _, _, name = text.rpartition("/")
    return text if name.isdecimal() else name


def _users(workloads: Iterable[Manifest]) -> dict[str, list[str]]:
    """Claims with the services that mount them; a job comes and goes."""
    found: dict[str, list[str]] = {}
    for each in workloads:
        if each["kind"] in SERVICES:
            for volume in each["spec"]["template"]["spec"].get("volumes", []):
                if "persistentVolumeClaim" in volume:
                    found.setdefault(volume["persistentVolumeClaim"]["claimName"], []).append(_name(each))
    return found
