"""The pods of an application on Kubernetes, as the capacity check counts them."""

from collections.abc import Iterator, Mapping

from settings.capacity.instances import instance_types
from settings.capacity.nodes import NodeKind, eks_nodes, plain_nodes
from settings.capacity.system_pods import (
    LOKI_DAEMON_SETS,
    LOKI_WORKLOADS,
    PROMETHEUS_DAEMON_SETS,
    PROMETHEUS_WORKLOADS,
    ROLLOUTS_WORKLOADS,
    TRACING_WORKLOADS,
)
from settings.capacity.workloads import DaemonSet, Workload, workload
from settings.cluster import NodeGroup
from settings.data_stores import AuroraPostgresql, ElastiCacheRedis, InClusterPostgresql, InClusterRedis
from settings.kubernetes import BackupJobSettings, NodesSettings, ObservabilitySettings
from settings.model import Refusal
from settings.problems import nearest
from settings.quantity import bytes_of
from settings.rollout import RolloutSettings
from settings.services import SPOT_TAINT, ServiceSettings

BACKUP_CPU, BACKUP_MEMORY = "100m", "256Mi"
"""Requests of the job that dumps the database."""


def service_pods(
    services: Mapping[str, ServiceSettings],
    rollout: RolloutSettings,
    *,
    on_spot: frozenset[str] = frozenset(),
) -> Iterator[Workload]:
    """The services.

    on_spot: those that tolerate Spot nodes.
    """
    for name, one in services.items():
        yield workload(
            name,
            one.cpu.request,
            one.memory.request,
            replicas=one.replicas,
            most=one.max_replicas,
            surge=one.replicas if rollout.strategy == "blue_green" else 1,
            tolerates=frozenset({SPOT_TAINT}) if name in on_spot else frozenset(),
        )


def data_pods(
    postgresql: InClusterPostgresql | AuroraPostgresql,
    redis: InClusterRedis | ElastiCacheRedis,
    backup_job: BackupJobSettings,
) -> Iterator[Workload]:
    """What keeps the data in the cluster, and the job that backs it up."""
    if isinstance(postgresql, InClusterPostgresql):
        yield workload("postgres", postgresql.cpu.request, postgresql.memory.request, volumes=1)
    if isinstance(redis, InClusterRedis):
        yield workload("redis", redis.cpu.request, redis.memory.request, volumes=1)
    if backup_job.enabled:
        yield workload("postgres-backup", BACKUP_CPU, BACKUP_MEMORY)


def installed_pods(observability: ObservabilitySettings, rollout: RolloutSettings) -> Iterator[Workload]:
    """What settings install into the cluster."""
    if observability.prometheus == "installed":
        yield from PROMETHEUS_WORKLOADS
    if observability.logs == "installed":
        yield from LOKI_WORKLOADS
    if observability.tracing == "installed":
        yield from TRACING_WORKLOADS
    if rollout.strategy != "rolling":
        yield from ROLLOUTS_WORKLOADS


def installed_daemon_sets(observability: ObservabilitySettings) -> Iterator[DaemonSet]:
    """The same on every node."""
    if observability.prometheus == "installed":
        yield from PROMETHEUS_DAEMON_SETS
    if observability.logs == "installed":
        yield from LOKI_DAEMON_SETS


def unknown_types(groups: tuple[NodeGroup, ...]) -> Iterator[Refusal]:
    """Instance types whose capacity we do not know; fields relative to the deployment."""
    known = instance_types()
    for index, group in enumerate(groups):
        for kind in group.instance_types:
            if kind not in known:
                meant = nearest(kind, list(known))
                remedy = f"did you mean {meant}?" if meant else "use one such as c6i.xlarge"
                message = (
                    f"the capacity of {kind} is not known; {remedy} (settings/capacity/instance_types.csv)"
                )
                yield Refusal(message, f"cluster.node_groups.{index}.instance_types")


def group_nodes(group: NodeGroup) -> NodeKind:
    """The nodes of one managed group, whose types are known."""
    start = group.min_nodes if group.desired_nodes is None else group.desired_nodes
    return eks_nodes(
        group.name,
        [instance_types()[kind] for kind in group.instance_types],
        start=start,
        most=group.max_nodes,
        taints=frozenset(taint.key for taint in group.taints if taint.effect != "PreferNoSchedule"),
    )


def given_nodes(nodes: NodesSettings) -> NodeKind:
    """The nodes of a cluster that is there."""
    return plain_nodes(
        "nodes", cpus=nodes.cpu, memory=bytes_of(nodes.memory), pods=nodes.max_pods, count=nodes.count
    )
