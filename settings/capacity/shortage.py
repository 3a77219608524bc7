"""Why pods wait: what is used up on the nodes that they may run on."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from settings.capacity.nodes import NodeKind
from settings.capacity.packing import Node, Packing
from settings.capacity.words import cores, counted_nodes, gib, listed
from settings.capacity.workloads import DaemonSet, Workload

CPU, MEMORY = "too little CPU", "too little memory"


def shortages(
    packing: Packing,
    workloads: Sequence[Workload],
    *,
    kinds: Sequence[NodeKind],
    daemon_sets: Sequence[DaemonSet],
) -> str:
    """Who waits for what: `2 of gateway wait: no room for more than 8 pods on 6 of 6 nodes`."""
    empty = [Node.empty(kind, "", daemon_sets) for kind in kinds]
    waiting = [one for one in workloads if one.name in packing.waiting]
    reasons = sorted((_reason(one, _open(one, packing, workloads), empty), one.name) for one in waiting)
    return "; ".join(
        f"{listed({name: packing.waiting[name] for _, name in same})} wait: {reason}"
        for reason, same in groupby(reasons, key=lambda each: each[0])
    )


def _open(one: Workload, packing: Packing, workloads: Sequence[Workload]) -> Sequence[Node]:
    """The nodes that there are for a workload: one alone where its pods have to be together."""
    if not one.together:
        return packing.nodes
    tied = {each.name for each in workloads if each.together}
    return [node for node in packing.nodes if tied & node.held.keys()] or packing.nodes


def _reason(one: Workload, nodes: Sequence[Node], empty: Sequence[Node]) -> str:
    if not any(node.holds(one) for node in empty):
        told = ", or ".join(dict.fromkeys(_too_large(one, node) for node in empty))
        return f"an empty node has {told}"
    found = [short for node in nodes for short in _short(one, node)]
    return ", ".join(
        f"{what} on {found.count(what)} of {counted_nodes(len(nodes))}{_most_left(what, one, nodes)}"
        for what in sorted(set(found), key=lambda what: (-found.count(what), what))
    )


def _short(one: Workload, node: Node) -> Iterator[str]:
    """What a node lacks for one more pod."""
    kind = node.kind
    if not kind.taints <= one.tolerates:
        yield f"a taint ({', '.join(sorted(kind.taints - one.tolerates))})"
        return
    if node.pods >= kind.pods:
        yield f"no room for more than {kind.pods} pods"
    if node.volumes + one.volumes > kind.volumes:
        yield f"no room for more than {kind.volumes} volumes"
    if node.cpu + one.cpu > kind.cpu:
        yield CPU
    if node.memory + one.memory > kind.memory:
        yield MEMORY


def _most_left(what: str, one: Workload, nodes: Sequence[Node]) -> str:
    """Of CPU or memory, on one of the nodes that lack it."""
    lacking = [node for node in nodes if what in _short(one, node)]
    if what == CPU:
        return f" (at most {cores(max(node.kind.cpu - node.cpu for node in lacking))} left)"
    if what == MEMORY:
        return f" (at most {gib(max(node.kind.memory - node.memory for node in lacking))} GiB left)"
    return ""


def _too_large(one: Workload, empty: Node) -> str:
    kind = empty.kind
    short = set(_short(one, empty))
    if CPU in short:
        return f"{cores(kind.cpu - empty.cpu)} CPU, and one asks for {cores(one.cpu)}"
    if MEMORY in short:
        return f"{gib(kind.memory - empty.memory)} GiB, and one asks for {gib(one.memory)}"
    return ", ".join(sorted(short))
