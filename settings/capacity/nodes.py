"""What a node leaves to pods: its size less what the system and the kubelet keep."""

from dataclasses import dataclass

from settings.capacity.instances import InstanceType
from settings.quantity import UNITS

MIB = UNITS["Mi"]
EVICTION = 100 * MIB
"""Memory that kubelet never lets pods use (`memory.available<100Mi`, Kubernetes' and EKS's default)."""
MEMORY_SEEN = 925
"""Thousandths of a type's memory that the operating system sees: Karpenter's default `vmMemoryOverheadPercent`."""
K3S_CPU, K3S_MEMORY = 100, 1600 * MIB
"""What K3s itself uses on a server with a workload: 6 % of a CPU and 1,596 M (K3s, "Resource Profiling"). K3s reserves
nothing, so it is counted as used on every node."""


@dataclass(frozen=True, kw_only=True)
class NodeKind:
    """Nodes of one size."""

    name: str
    cpu: int
    """Allocatable thousandths of a CPU."""
    memory: int
    """Allocatable bytes."""
    pods: int
    volumes: int
    """Block volumes that pods may attach."""
    start: int
    """Nodes there are at first."""
    most: int
    """Nodes that autoscaling may make of them."""
    taints: frozenset[str] = frozenset()
    """Those that keep pods away, as kubectl writes them: `spot=true:NoSchedule`."""


def kubelet_cpu(vcpus: int) -> int:
    """Thousandths of a CPU that EKS reserves: 6 % of the first, 1 % of the second, 0.5 % of two more, 0.25 % of others.

    Source: amazon-eks-ami, nodeadm/internal/kubelet (getCPUMillicoresToReserve).
    """
    hundredths = 600
    for vcpu in range(2, vcpus + 1):
        hundredths += 100 if vcpu == 2 else 50 if vcpu <= 4 else 25
    return hundredths // 10


def kubelet_memory(pods: int) -> int:
    """Bytes that EKS reserves: 255 MiB and 11 MiB for every pod there may be (amazon-eks-ami, nodeadm)."""
    return (255 + 11 * pods) * MIB


def eks_nodes(
    name: str,
    kinds: list[InstanceType],
    *,
    start: int,
    most: int,
    taints: frozenset[str] = frozenset(),
    prefix_delegation: bool = False,
) -> NodeKind:
    """The nodes of a managed group; of several types the least of each."""
    pods = {kind.name: kind.pods(prefix_delegation=prefix_delegation) for kind in kinds}
    return NodeKind(
        name=name,
        cpu=min(kind.vcpus * 1000 - kubelet_cpu(kind.vcpus) for kind in kinds),
        memory=min(
            kind.memory_mib * MIB * MEMORY_SEEN // 1000 - kubelet_memory(pods[kind.name]) - EVICTION
            for kind in kinds
        ),
        pods=min(pods.values()),
        volumes=min(kind.volumes for kind in kinds),
        start=start,
        most=most,
        taints=taints,
    )


def plain_nodes(name: str, *, cpus: int, memory: int, pods: int, count: int) -> NodeKind:
    """Nodes that somebody else runs, as K3s would take them; their volumes are not counted."""
    return NodeKind(
        name=name,
        cpu=cpus * 1000 - K3S_CPU,
        memory=memory - K3S_MEMORY - EVICTION,
        pods=pods,
        volumes=pods,
        start=count,
        most=count,
    )
