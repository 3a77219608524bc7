"""Who may speak to whom, declared once: the policies, the test of the policies and the report read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from k8s.component import Port

INTERNET = "0.0.0.0/0"
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
"""What is no internet wherever a cluster is: other pods, nodes, the VPC, and the instance's metadata."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Pods of `source` open connections to the port of that name of the pods of `target`."""

    source: str
    target: str
    port_name: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """Pods of `source` reach something outside the cluster.

    except_cidrs left out: of the whole internet the private networks are excepted, of anything else nothing.
    """

    source: str
    cidrs: Sequence[str]
    ports: Sequence[int]
    why: str
    except_cidrs: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """Something outside the cluster, such as a load balancer, reaches pods of `target`."""

    target: str
    port_name: str
    cidrs: Sequence[str]
    why: str


@dataclass(frozen=True, kw_only=True)
class ForeignPods:
    """Pods that a chart of others runs, such as Prometheus; an edge names them like a component.

    namespace None: every one.
    """

    name: str
    namespace: str | None
    selector: Mapping[str, str]
    ports: tuple[Port, ...] = ()


DNS = ForeignPods(
    name="dns",
    namespace="kube-system",
    selector={"k8s-app": "kube-dns"},
    ports=(Port(name="dns", number=53, protocol="UDP"), Port(name="dns-tcp", number=53)),
)
"""CoreDNS, as EKS and K3s label it; every pod asks it."""


def pod_identity(source: str) -> Outbound:
    """Pods of `source` ask the node's EKS Pod Identity agent for their AWS credentials."""
    return Outbound(
        source=source,
        cidrs=("169.254.170.23/32",),
        ports=(80,),
        why="credentials from the Pod Identity agent",
    )
