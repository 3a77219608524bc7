"""Whether a deployment's pods fit on its nodes, in numbers and in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from settings.capacity.nodes import NodeKind
from settings.capacity.packing import Demand, Node, Packing, pack
from settings.capacity.shortage import shortages
from settings.capacity.words import cores, counted_nodes, gib, listed
from settings.capacity.workloads import DaemonSet, Moment, Workload


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What is wanted, and what there is; the answers are worked out when they are asked for."""

    workloads: tuple[Workload, ...]
    daemon_sets: tuple[DaemonSet, ...]
    kinds: tuple[NodeKind, ...]
    """Kinds of nodes; earlier ones are filled first."""
    zones: tuple[str, ...]
    volumes_on_nodes: bool = False
    """Whether volumes may be on the disk of one node, which nothing here knows."""

    def at(self, moment: Moment) -> Packing:
        """Where the pods of one moment are."""
        return self._packings[moment]

    @cached_property
    def _packings(self) -> dict[Moment, Packing]:
        return {moment: self._packed(moment) for moment in Moment}

    def _packed(self, moment: Moment) -> Packing:
        return pack(self._demand(moment), self.kinds, daemon_sets=self.daemon_sets, zones=self.zones)

    def _demand(self, moment: Moment) -> list[list[Demand]]:
        """The cluster's own pods come first, the fewest of the application next, those that load brings last."""
        few = Moment.minimum
        return [
            [(one, one.pods(few)) for one in self.workloads if one.system],
            [(one, one.pods(few)) for one in self.workloads if not one.system],
            [(one, one.pods(moment) - one.pods(few)) for one in self.workloads],
        ]

    @cached_property
    def waiting_when_drained(self) -> dict[str, int]:
        """Pods that wait, at minimum, while one node is drained and none is added: of the node where most wait."""
        packing = self.at(Moment.minimum)
        there = tuple(replace(kind, start=packing.count[kind.name], most=0) for kind in self.kinds)
        kept = {one.name: packing.zones_of[one.name] for one in self.workloads if one.volumes}
        found: list[dict[str, int]] = [{}]
        alike = {(node.kind.name, node.zone): index for index, node in enumerate(packing.nodes)}
        for index in alike.values():
            drained = pack(
                self._demand(Moment.minimum),
                there,
                daemon_sets=self.daemon_sets,
                zones=self.zones,
                fixed=kept,
                without=index,
            )
            found.append(drained.waiting)
        return max(found, key=lambda waiting: sum(waiting.values()))

    @property
    def fits(self) -> bool:
        """Whether the fewest pods find a place."""
        return not self.at(Moment.minimum).waiting

    @property
    def sentence(self) -> str:
        """The answer for people."""
        packing = self.at(Moment.minimum)
        if not self.fits:
            return f"does not fit at minimum: {self.shortage}"
        cpu, memory = left(packing)
        parts = [
            f"fits at minimum with {cpu} % CPU and {memory} % memory left on {counted_nodes(len(packing.nodes))}"
        ]
        parts += [self._needs(moment) for moment in (Moment.rollout, Moment.maximum)]
        waiting = self.waiting_when_drained
        drain = (
            f"{listed(waiting)} wait while a node is drained and none is added"
            if waiting
            else "any node can be drained"
        )
        if self.volumes_on_nodes and any(one.volumes or one.together for one in self.workloads):
            drain += ", but what has its volume on a node's own disk, as with local-path, waits for that node"
        return "; ".join([*parts, drain])

    def requested(self, moment: Moment) -> tuple[int, int, int]:
        """Pods, thousandths of a CPU and bytes of memory that are asked for, without daemon sets."""
        wanted = [(one, one.pods(moment)) for one in self.workloads]
        return (
            sum(count for _, count in wanted),
            sum(one.cpu * count for one, count in wanted),
            sum(one.memory * count for one, count in wanted),
        )

    @property
    def shortage(self) -> str:
        """Why the fewest pods do not fit."""
        packing = self.at(Moment.minimum)
        pods, cpu, memory = self.requested(Moment.minimum)
        kinds = ", ".join(
            f"{counted_nodes(max(kind.start, kind.most))} of {cores(kind.cpu)} CPU and {gib(kind.memory)} GiB"
            for kind in self.kinds
        )
        together = {one.name for one in self.workloads if one.together}
        tied = (
            "; those that share a volume have to be on one node" if together & packing.waiting.keys() else ""
        )
        daemons = sum(one.cpu for one in self.daemon_sets)
        less = f", less {cores(daemons)} CPU of daemon sets on each" if daemons else ""
        short = shortages(packing, self.workloads, kinds=self.kinds, daemon_sets=self.daemon_sets)
        return (
            f"{pods} pods request {cores(cpu)} CPU and {gib(memory)} GiB and have "
            f"{kinds}{less}; {short}{tied}"
        )

    def _needs(self, moment: Moment) -> str:
        packing = self.at(moment)
        allowed = sum(max(kind.start, kind.most) for kind in self.kinds)
        group = "the groups allow" if len(self.kinds) > 1 else "the group allows"
        if packing.waiting:
            return f"{moment} {listed(packing.waiting)} wait, on {counted_nodes(len(packing.nodes))} of {allowed}"
        if all(kind.start == kind.most for kind in self.kinds):
            return f"{moment} fits on {counted_nodes(len(packing.nodes))}"
        return f"{moment} needs {counted_nodes(len(packing.nodes))}, {group} {allowed}"

    def as_data(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            "fits": self.fits,
            "sentence": self.sentence,
            "waiting_when_drained": self.waiting_when_drained,
            "moments": {moment.name: _packing_data(self.at(moment)) for moment in Moment},
        }


def left(packing: Packing) -> tuple[int, int]:
    """Percent of CPU and memory that no pod has requested, over all nodes."""
    return _left(packing.nodes, "cpu"), _left(packing.nodes, "memory")


def _left(nodes: Sequence[Node], what: str) -> int:
    there = sum(getattr(node.kind, what) for node in nodes)
    return 100 * (there - sum(getattr(node, what) for node in nodes)) // there if there else 0


def _packing_data(packing: Packing) -> dict[str, Any]:
    cpu, memory = left(packing)
    return {
        "cpu_left_percent": cpu,
        "memory_left_percent": memory,
        "waiting": packing.waiting,
        "nodes": [
            {
                "group": node.kind.name,
                "zone": node.zone,
                "cpu": {"requested": node.cpu, "allocatable": node.kind.cpu},
                "memory": {"requested": node.memory, "allocatable": node.kind.memory},
                "pods": {"placed": node.pods, "most": node.kind.pods},
                "volumes": {"attached": node.volumes, "most": node.kind.volumes},
                "workloads": dict(node.held),
            }
            for node in packing.nodes
        ],
    }
