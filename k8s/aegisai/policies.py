"""Who may speak to whom: the document's table by the services' roles, and what it needs around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from urllib.parse import urlsplit

from constructs import Construct

from applications import aegisai
from applications.aegisai import COLLECTOR
from k8s.aegisai.parts import HTTP, Parts
from k8s.component import Component, Port
from k8s.edges import INTERNET, PRIVATE_NETWORKS, Edge, ForeignPods, Inbound, Outbound, pod_identity
from k8s.network_policy import NetworkPolicies
from settings.aegisai import POSTGRESQL_PORT, REDIS_PORT, AegisAIAnywhere, AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks
from settings.exposure import ClusterIngressSettings

PROMETHEUS = "prometheus"
CONTROLLER = "ingress-controller"
TLS_PORT = 443
LINK_LOCAL = "169.254.0.0/16"


@dataclass(frozen=True, kw_only=True)
class Network:
    """Every connection that is open, beside DNS."""

    edges: tuple[Edge, ...]
    outbound: tuple[Outbound, ...]
    inbound: tuple[Inbound, ...]
    foreign: tuple[ForeignPods, ...]
    dns_cidrs: tuple[str, ...]
    """Where DNS is asked beside CoreDNS's pods."""
    private_networks: tuple[str, ...]
    """What no internet is."""


def network_of(settings: AegisAIDeployment, parts: Parts) -> Network:
    """What the settings open."""
    return Network(
        edges=(*_between_parts(settings, parts), *_monitoring(settings, parts)),
        outbound=tuple(_outbound(settings, parts)),
        inbound=tuple(_inbound(settings, parts)),
        foreign=tuple(_foreign(settings)),
        dns_cidrs=settings.dns_cidrs if isinstance(settings, AegisAIAnywhere) else (),
        private_networks=private_networks(settings),
    )


def add_policies(scope: Construct, *, parts: Parts, settings: AegisAIDeployment) -> None:
    """Close the namespace and open these."""
    network = network_of(settings, parts)
    NetworkPolicies(
        scope,
        installation=parts.installation,
        components=parts.all,
        edges=network.edges,
        outbound=network.outbound,
        inbound=network.inbound,
        foreign=network.foreign,
        dns_cidrs=network.dns_cidrs,
        private_networks=network.private_networks,
    )


def _between_parts(settings: AegisAIDeployment, parts: Parts) -> Iterator[Edge]:
    """Gateway → PostgreSQL, Redis, orchestrator; orchestrator → Redis, workers; workers → Redis."""
    for name, one in settings.enabled_services.items():
        if one.role == "gateway" and parts.postgresql is not None:
            yield _to(parts.postgresql, name, why="users, files and jobs")
        if parts.redis is not None:
            yield _to(parts.redis, name, why="messages between services")
        for called in one.calls:
            yield _to(parts.services[called], name, why=f"{name} calls {called}")
        if one.role == "gateway" and settings.ingress.type == "ingress":
            yield _to(parts.services[name], CONTROLLER, why="requests through the Ingress")
    for job in parts.jobs:
        if parts.postgresql is not None:
            yield _to(parts.postgresql, job.name, why="the database's backup")


def _monitoring(settings: AegisAIDeployment, parts: Parts) -> Iterator[Edge]:
    observability = settings.observability
    for component in parts.services.values():
        if observability.prometheus != "none":
            yield _to(component, PROMETHEUS, why="metrics")
        if _collector(settings) is not None:
            yield Edge(source=component.name, target=COLLECTOR, port_name="otlp", why="traces")


def _outbound(settings: AegisAIDeployment, parts: Parts) -> Iterator[Outbound]:
    blocks = store_blocks(settings)
    endpoint = settings.observability.otlp_endpoint
    for name, one in settings.enabled_services.items():
        buckets = aegisai.uses_buckets(one, settings)
        if one.role == "gateway" and parts.postgresql is None:
            yield Outbound(source=name, cidrs=blocks, ports=(POSTGRESQL_PORT,), why="Aurora")
        if parts.redis is None:
            yield Outbound(source=name, cidrs=blocks, ports=(REDIS_PORT,), why="ElastiCache")
        if one.internet or buckets:
            why = "model providers" if one.internet else "Amazon S3, which has no fixed addresses"
            yield Outbound(source=name, cidrs=(INTERNET,), ports=(TLS_PORT,), why=why)
        if buckets and settings.hosting == "eks":
            yield pod_identity(name)
        if endpoint is not None and _collector(settings) is None:
            port = urlsplit(endpoint).port or TLS_PORT
            yield Outbound(source=name, cidrs=(INTERNET,), ports=(port,), why="traces", except_cidrs=())
    if parts.snapshots is not None:
        yield _to_kubernetes(settings, parts.snapshots)
    for job in parts.jobs:
        yield from _of_backup(settings, job, blocks)


def _to_kubernetes(settings: AegisAIDeployment, job: Component) -> Outbound:
    """The API's address is one of the services' or of a server's, and a policy may see either."""
    everywhere = settings.hosting != "eks"
    return Outbound(
        source=job.name,
        cidrs=(INTERNET,) if everywhere else nearby(settings),
        ports=(TLS_PORT, 6443) if everywhere else (TLS_PORT,),
        why="the Kubernetes API",
        except_cidrs=(),
    )


def _of_backup(settings: AegisAIDeployment, job: Component, blocks: tuple[str, ...]) -> Iterator[Outbound]:
    if settings.postgresql.hosted == "aurora":
        yield Outbound(source=job.name, cidrs=blocks, ports=(POSTGRESQL_PORT,), why="Aurora")
    if isinstance(settings, AegisAIOnEks):
        yield pod_identity(job.name)
        yield Outbound(source=job.name, cidrs=(INTERNET,), ports=(TLS_PORT,), why="Amazon S3")
    elif isinstance(settings, AegisAIAnywhere) and settings.backup_job.bucket is not None:
        port = urlsplit(settings.backup_job.bucket.endpoint or "").port or TLS_PORT
        # a store that speaks S3 may stand in the same network
        yield Outbound(source=job.name, cidrs=(INTERNET,), ports=(port,), why="the bucket", except_cidrs=())


def _inbound(settings: AegisAIDeployment, parts: Parts) -> Iterator[Inbound]:
    if settings.ingress.type == "none" or _controller_namespace(settings) is not None:
        return
    cidrs = load_balancer_blocks(settings)
    for name, one in settings.enabled_services.items():
        if one.role == "gateway":
            yield Inbound(target=name, port_name=HTTP, cidrs=cidrs, why="requests from the load balancer")


def _controller_namespace(settings: AegisAIDeployment) -> str | None:
    """Where the Ingress controller is, as the file says; None: nobody says it, or there is none."""
    ingress = settings.ingress
    return ingress.controller_namespace if isinstance(ingress, ClusterIngressSettings) else None


def _foreign(settings: AegisAIDeployment) -> Iterator[ForeignPods]:
    observability = settings.observability
    if settings.ingress.type == "ingress":
        # some network plugins, Cilium among them, count no pod among the addresses of a block
        yield ForeignPods(name=CONTROLLER, namespace=_controller_namespace(settings), selector={})
    if observability.prometheus != "none":
        yield ForeignPods(
            name=PROMETHEUS,
            namespace=observability.namespace,
            selector={"app.kubernetes.io/name": "prometheus"},
        )
    if (collector := _collector(settings)) is not None:
        yield collector


def _collector(settings: AegisAIDeployment) -> ForeignPods | None:
    """The collector of traces, where it is in the cluster."""
    observability = settings.observability
    if observability.tracing == "installed":
        return ForeignPods(
            name=COLLECTOR,
            namespace=COLLECTOR,
            selector={"app.kubernetes.io/name": "opentelemetry-collector"},
            ports=(Port(name="otlp", number=4317),),
        )
    if observability.otlp_endpoint is None:
        return None
    address = urlsplit(observability.otlp_endpoint)
    labels = (address.hostname or "").split(".")
    in_cluster = len(labels) == 2 or (len(labels) > 2 and labels[2] == "svc")
    if not in_cluster:
        return None
    return ForeignPods(
        name=COLLECTOR,
        namespace=labels[1],
        selector={},
        ports=(Port(name="otlp", number=address.port or TLS_PORT),),
    )


def load_balancer_blocks(settings: AegisAIDeployment) -> tuple[str, ...]:
    """Where the load balancer has its addresses; an internal one shares its subnets with the nodes and their pods.

    Elsewhere nobody knows what address a load balancer or its node shows to the pod.
    """
    if not isinstance(settings, AegisAIOnEks):
        return (INTERNET,)
    if settings.network.existing is None and settings.ingress.scheme == "internet-facing":
        return settings.network.public_subnets
    return store_blocks(settings)


def store_blocks(settings: AegisAIDeployment) -> tuple[str, ...]:
    """Where databases of AWS have their addresses; of somebody else's VPC what the file says of it."""
    if not isinstance(settings, AegisAIOnEks):
        return ()
    existing = settings.network.existing
    return settings.network.private_subnets if existing is None else existing.cidrs or nearby(settings)


def nearby(settings: AegisAIDeployment) -> tuple[str, ...]:
    """Where the nodes and the cluster's own services have their addresses, and nothing of the internet has."""
    return tuple(block for block in private_networks(settings) if block != LINK_LOCAL)


def private_networks(settings: AegisAIDeployment) -> tuple[str, ...]:
    """What no internet is: a VPC may have public addresses, which are its own nevertheless."""
    blocks: tuple[str, ...] = ()
    if isinstance(settings, AegisAIOnEks):
        existing = settings.network.existing
        blocks = (settings.network.cidr,) if existing is None else existing.cidrs
    private = [IPv4Network(block) for block in PRIVATE_NETWORKS]
    outside = [block for block in blocks if not any(IPv4Network(block).subnet_of(each) for each in private)]
    return (*PRIVATE_NETWORKS, *outside)


def _to(target: Component, source: str, *, why: str) -> Edge:
    return Edge(source=source, target=target.name, port_name=target.ports[0].name, why=why)
