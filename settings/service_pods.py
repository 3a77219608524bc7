"""The pods of an application on Kubernetes, as the capacity check counts them."""

from collections.abc import Iterator, Mapping

from settings.capacity.instances import instance_types
from settings.capacity.nodes import NodeKind, eks_nodes, plain_nodes
from settings.capacity.system_pods import (
    ARGO_CD_WORKLOADS,
    LOKI_DAEMON_SETS,
    LOKI_WORKLOADS,
    PROMETHEUS_DAEMON_SETS,
    PROMETHEUS_WORKLOADS,
    RECOMMENDER_WORKLOADS,
    ROLLOUTS_WORKLOADS,
    TRACING_WORKLOADS,
)
from settings.capacity.workloads import DaemonSet, Workload, workload
from settings.cluster import NodeGroup
from settings.data_stores import AuroraPostgresql, ElastiCacheRedis, InClusterPostgresql, InClusterRedis
from settings.kubernetes import BackupJobSettings, NodesSettings, ObservabilitySettings
from settings.model import Refusal
from settings.problems import nearest
from settings.quantity import UNITS, bytes_of
from settings.rollout import RolloutSettings
from settings.services import SPOT_TAINT, ServiceSettings

BACKUP_CPU, BACKUP_MEMORY = "100m", "256Mi"
"""Requests of the job that dumps the database."""
BACKUP_TMP = "64Mi"
_BACKUP_LOG = 64 * UNITS["Mi"]
"""Limit of the job's /tmp, and room for its log; with `work_storage` the disk that it asks for."""
_NODE_KEEPS = UNITS["Gi"]
"""Of each node's disk, beside a tenth at which kubelet begins to evict."""


def service_pods(
    services: Mapping[str, ServiceSettings],
    rollout: RolloutSettings,
    *,
    on_spot: frozenset[str] = frozenset(),
    together: bool = False,
) -> Iterator[Workload]:
    """The services.

    on_spot: those that tolerate Spot nodes. together: whether the workers share a volume of one node.
    """
    for name, one in services.items():
        yield workload(
            name,
            one.cpu.request,
            one.memory.request,
            replicas=one.replicas,
            most=one.max_replicas,
            surge=one.replicas if rollout.strategy == "blue_green" else 1,
            tolerates=frozenset({str(SPOT_TAINT)}) if name in on_spot else frozenset(),
            together=together and one.role == "worker",
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


def backup_disk(backup_job: BackupJobSettings) -> int:
    """Bytes of a node's disk that the job takes at most."""
    return bytes_of(backup_job.work_storage) + bytes_of(BACKUP_TMP) + _BACKUP_LOG


def disk_refusals(backup_job: BackupJobSettings, groups: tuple[NodeGroup, ...]) -> Iterator[Refusal]:
    """A dump that fits on no node's disk; fields relative to the deployment."""
    disks = [group.disk_gib for group in groups if group_nodes(group).taints == frozenset()]
    room = max(disks, default=0) * UNITS["Gi"] * 9 // 10 - _NODE_KEEPS
    if backup_job.enabled and disks and backup_disk(backup_job) > room:
        message = (
            f"{backup_job.work_storage} is more than the largest disk of a node, {max(disks)} GiB, has for pods; "
            "raise disk_gib of a node group, or lower it"
        )
        yield Refusal(message, "backup_job.work_storage", "cluster.node_groups")


def installed_pods(
    observability: ObservabilitySettings,
    rollout: RolloutSettings,
    *,
    argo_cd: bool,
    recommender: bool,
) -> Iterator[Workload]:
    """What settings install into the cluster.

    recommender: of the Vertical Pod Autoscaler.
    """
    if observability.prometheus == "installed":
        yield from PROMETHEUS_WORKLOADS
    if observability.logs == "installed":
        yield from LOKI_WORKLOADS
    if observability.tracing == "installed":
        yield from TRACING_WORKLOADS
    if rollout.strategy != "rolling":
        yield from ROLLOUTS_WORKLOADS
    if argo_cd:
        yield from ARGO_CD_WORKLOADS
    if recommender:
        yield from RECOMMENDER_WORKLOADS


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


def untolerated(groups: tuple[NodeGroup, ...], *, on_spot: frozenset[str]) -> Iterator[Refusal]:
    """Groups on which no pod of the deployment may run; fields relative to the deployment.

    on_spot: services that tolerate Spot nodes.
    """
    for index, group in enumerate(groups):
        for taint in group.taints:
            if taint.keeps_away and not (on_spot and taint == SPOT_TAINT):
                remedy = (
                    "let a service have spot: true, or take the group out"
                    if taint == SPOT_TAINT
                    else f"use {SPOT_TAINT}, which services on Spot nodes tolerate, or take the taint out"
                )
                message = f"no pod tolerates {taint}, so the nodes of {group.name} would stay empty; {remedy}"
                yield Refusal(message, f"cluster.node_groups.{index}.taints", "services")


def group_nodes(group: NodeGroup, *, prefix_delegation: bool = False) -> NodeKind:
    """The nodes of one managed group, whose types are known."""
    start = group.min_nodes if group.desired_nodes is None else group.desired_nodes
    return eks_nodes(
        group.name,
        [instance_types()[kind] for kind in group.instance_types],
        start=start,
        most=group.max_nodes,
        taints=frozenset(str(taint) for taint in group.taints if taint.keeps_away),
        prefix_delegation=prefix_delegation,
    )


def given_nodes(nodes: NodesSettings) -> NodeKind:
    """The nodes of a cluster that is there."""
    return plain_nodes(
        "nodes", cpus=nodes.cpu, memory=bytes_of(nodes.memory), pods=nodes.max_pods, count=nodes.count
    )
