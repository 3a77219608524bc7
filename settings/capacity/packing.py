"""Puts pods on nodes: first fit, the largest first, each kind of pod spread over the zones as long as they have room.

As the scheduler does with pods whose spread is a wish (`ScheduleAnyway`): a full zone makes nobody wait while there is
room in another.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from settings.capacity.nodes import NodeKind
from settings.capacity.workloads import DaemonSet, Workload


@dataclass
class Node:
    """One node and what is on it; daemon sets are there from the start."""

    kind: NodeKind
    zone: str
    cpu: int
    memory: int
    pods: int
    volumes: int = 0
    held: Counter[str] = field(default_factory=Counter)
    """Name of each workload → its pods here."""

    @classmethod
    def empty(cls, kind: NodeKind, zone: str, daemon_sets: Sequence[DaemonSet]) -> "Node":
        """A node with nothing but daemon sets."""
        return cls(
            kind=kind,
            zone=zone,
            cpu=sum(one.cpu for one in daemon_sets),
            memory=sum(one.memory for one in daemon_sets),
            pods=len(daemon_sets),
        )

    def holds(self, one: Workload) -> bool:
        """Whether one more pod fits."""
        kind = self.kind
        return (
            kind.taints <= one.tolerates
            and self.pods < kind.pods
            and self.cpu + one.cpu <= kind.cpu
            and self.memory + one.memory <= kind.memory
            and self.volumes + one.volumes <= kind.volumes
        )

    def take(self, one: Workload) -> None:
        """Put a pod here."""
        self.cpu += one.cpu
        self.memory += one.memory
        self.pods += 1
        self.volumes += one.volumes
        self.held[one.name] += 1


@dataclass(frozen=True, kw_only=True)
class Packing:
    """Where every pod is, or that it waits."""

    nodes: tuple[Node, ...]
    waiting: dict[str, int]
    """Workloads with pods that fit nowhere."""
    zones_of: dict[str, tuple[str, ...]]
    """Zone of each pod of a workload; of one that waits, the zone that it was meant for."""

    @property
    def count(self) -> Counter[str]:
        """Nodes of each kind."""
        return Counter(node.kind.name for node in self.nodes)


Demand = tuple[Workload, int]
"""So many pods of a workload."""


def pack(
    demand: Sequence[Sequence[Demand]],
    kinds: Sequence[NodeKind],
    *,
    daemon_sets: Sequence[DaemonSet] = (),
    zones: Sequence[str],
    fixed: Mapping[str, tuple[str, ...]] | None = None,
    without: int | None = None,
) -> Packing:
    """Put so many pods of each workload on the nodes there are, and on such as autoscaling adds.

    Args:
        demand: Pods in the order in which they find their place; those of one list the largest first.
        kinds: What nodes there are and may be; earlier ones are filled and grown first.
        daemon_sets: What runs on every node.
        zones: Names of the zones; nodes of a kind are spread over them evenly.
        fixed: Zones that the pods of a workload cannot leave, by name: their volumes are there.
        without: Index of a node that is taken away.
    """
    cluster = _Cluster(kinds, daemon_sets, zones, without)
    usable = [zone for zone in zones if cluster.reaches(zone)] or list(zones)
    waiting: Counter[str] = Counter()
    meant: dict[str, tuple[str, ...]] = {}
    found: dict[str, tuple[str, ...]] = {}
    turn = 0
    for one, count in (each for group in demand for each in _largest_first(group, kinds)):
        before = meant.get(one.name, ())
        first = usable.index(before[-1]) + 1 if before and before[-1] in usable else turn
        kept = (fixed or {}).get(one.name, ())[len(before) : len(before) + count]
        spread = [usable[(first + index) % len(usable)] for index in range(count - len(kept))]
        meant[one.name] = (*before, *kept, *spread)
        turn += count
        for some, bound in ((kept, True), (spread, False)):
            for zone, pods in Counter(some).items():
                placed = cluster.place(one, pods, zone, bound=bound)
                left = pods - placed.total()
                waiting += Counter({one.name: left})
                found[one.name] = (*found.get(one.name, ()), *placed.elements(), *[zone] * left)
    return Packing(nodes=tuple(cluster.nodes), waiting=dict(waiting), zones_of=found)


def _largest_first(some: Sequence[Demand], kinds: Sequence[NodeKind]) -> list[Demand]:
    """What has to be together first: later it would find no node with room for all."""
    return sorted(some, key=lambda each: (not each[0].together, -_share(each[0], kinds), each[0].name))


def _share(one: Workload, kinds: Sequence[NodeKind]) -> float:
    """The part of the largest node that a pod takes, by what it takes most of."""
    cpu, memory = (max((getattr(kind, name) for kind in kinds), default=1) for name in ("cpu", "memory"))
    return max(one.cpu / max(cpu, 1), one.memory / max(memory, 1))


class _Cluster:
    """Nodes by zone, and what may be added."""

    def __init__(
        self,
        kinds: Sequence[NodeKind],
        daemon_sets: Sequence[DaemonSet],
        zones: Sequence[str],
        without: int | None,
    ) -> None:
        self.kinds = kinds
        self.zones = zones
        self.daemon_sets = daemon_sets
        self.nodes: list[Node] = []
        self.count: Counter[tuple[str, str]] = Counter()
        self.home: Node | None = None
        """Where the pods are that have to be together."""
        for kind in kinds:
            for index in range(kind.start):
                self._add(kind, zones[index % len(zones)])
        if without is not None:
            gone = self.nodes.pop(without)
            self.count[gone.kind.name, gone.zone] -= 1

    def reaches(self, zone: str) -> bool:
        """Whether there is a node for anybody in the zone, or may be one."""
        return any(
            self.count[kind.name, zone] or self._free(kind) >= len(self.zones)
            for kind in self.kinds
            if not kind.taints
        )

    def place(self, one: Workload, pods: int, zone: str, *, bound: bool) -> Counter[str]:
        """Put pods into a zone, or where it is full and they are not bound to it into others; how many are in each."""
        placed: Counter[str] = Counter()
        for node in self._candidates(one, zone, bound):
            while placed.total() < pods and node.holds(one):
                node.take(one)
                placed[node.zone] += 1
            if placed.total() == pods:
                break
        return placed

    def _candidates(self, one: Workload, zone: str, bound: bool) -> Iterator[Node]:
        """Nodes of the zone, of the others, then new ones as long as a pod would fit on an empty one. Those that are
        kept for such pods come first, and last the node of those that cannot go elsewhere."""
        if one.together:
            yield from self._home()
            return
        here = [node for node in self.nodes if node.zone == zone]
        elsewhere = [node for node in self.nodes if node.zone != zone and not bound]
        yield from sorted(
            [*here, *elsewhere], key=lambda node: (not node.kind.taints & one.tolerates, node is self.home)
        )
        for kind in sorted(self.kinds, key=lambda kind: not kind.taints & one.tolerates):
            while self._empty(kind, zone).holds(one):
                node = self._grown(kind, (zone,) if bound else self.zones)
                if node is None:
                    break
                yield node

    def _home(self) -> Iterator[Node]:
        """The node of the pods that have to be together: at first the one with the most CPU left."""
        if self.home is None and self.nodes:
            self.home = max(self.nodes, key=lambda node: node.kind.cpu - node.cpu)
        if self.home is not None:
            yield self.home

    def _grown(self, kind: NodeKind, wanted: Sequence[str]) -> Node | None:
        """A new node in one of these zones. Autoscaling evens out zones, so others may get one first."""
        while self._free(kind) > 0:
            least = min(self.zones, key=lambda zone: (self.count[kind.name, zone], zone not in wanted))
            node = self._add(kind, least)
            if node.zone in wanted:
                return node
        return None

    def _free(self, kind: NodeKind) -> int:
        """How many nodes of the kind may be added."""
        return kind.most - sum(self.count[kind.name, zone] for zone in self.zones)

    def _add(self, kind: NodeKind, zone: str) -> Node:
        node = self._empty(kind, zone)
        self.nodes.append(node)
        self.count[kind.name, zone] += 1
        return node

    def _empty(self, kind: NodeKind, zone: str) -> Node:
        return Node.empty(kind, zone, self.daemon_sets)
