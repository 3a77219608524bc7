"""The deployment file of `system: aegisai` with `hosting: eks`."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from settings.aegisai import AegisAIDeployment
from settings.backup import BackupSettings, copy_refusals
from settings.capacity.answer import Capacity
from settings.capacity.system_pods import EKS_DAEMON_SETS, EKS_WORKLOADS
from settings.caution import Caution
from settings.cluster import ClusterSettings, unfit_tags, unfit_versions
from settings.data_stores import EKS_CLASSES, InClusterPostgresql, InClusterRedis, Postgresql, Redis
from settings.database import uncertified
from settings.deployment import AwsDeployment
from settings.exposure import AwsIngressSettings
from settings.images import registry_refusals
from settings.kubernetes import (
    BackupJobSettings,
    EksObservabilitySettings,
    SecretsManagerSettings,
    SnapshotSettings,
)
from settings.load_balancer import certificate_refusals
from settings.model import Refusal
from settings.monitoring import MonitoringSettings
from settings.network import ClusterNetworkSettings
from settings.service_pods import (
    data_pods,
    disk_refusals,
    group_nodes,
    installed_daemon_sets,
    installed_pods,
    service_pods,
    unknown_types,
    untolerated,
)
from settings.versions import KUBERNETES


class AegisAIOnEks(AegisAIDeployment, AwsDeployment):
    """AegisAI on an EKS cluster of its own."""

    secrets_belong_in: ClassVar[str | None] = "AWS Secrets Manager"

    hosting: Literal["eks"]
    """A cluster of this deployment on AWS; `any` makes only manifests, for a cluster that is there."""
    kubernetes_version: Literal["1.35", "1.36"] = KUBERNETES
    """Version of the cluster, in quotes; EKS goes up one minor at a time and never down."""
    network: ClusterNetworkSettings = ClusterNetworkSettings()
    cluster: ClusterSettings = ClusterSettings()
    postgresql: Postgresql = InClusterPostgresql()
    """The gateway's database: in the cluster, or Aurora, where `database` of the presets holds; create-only."""
    redis: Redis = InClusterRedis()
    """Messages between services: in the cluster, or ElastiCache; create-only."""
    ingress: AwsIngressSettings = AwsIngressSettings()
    secrets: SecretsManagerSettings = SecretsManagerSettings()
    backup_job: BackupJobSettings = BackupJobSettings()
    volume_snapshots: SnapshotSettings | None = SnapshotSettings()
    """Snapshots of the volumes. `null`: none."""
    observability: EksObservabilitySettings = EksObservabilitySettings()
    monitoring: MonitoringSettings
    backup: BackupSettings = BackupSettings()

    @property
    def registry(self) -> str:
        if self.images.registry is not None:
            return self.images.registry
        suffix = "amazonaws.com.cn" if str(self.region).startswith("cn-") else "amazonaws.com"
        return f"{self.account}.dkr.ecr.{self.region}.{suffix}/{self.name}"

    @property
    def makes_repositories(self) -> bool:
        """Whether the images are in Amazon ECR repositories of this deployment."""
        return self.images.registry is None

    @property
    def spot_nodes(self) -> bool:
        """Whether a group of nodes is of EC2 Spot."""
        return any(group.spot for group in self.cluster.node_groups)

    def prefers_spot(self, service: str) -> bool:
        """Whether a service's pods go to Spot nodes first."""
        one = self.services[service]
        return self.spot_nodes and (one.role == "worker" if one.spot is None else one.spot)

    @property
    def _on_spot(self) -> frozenset[str]:
        """Services whose pods go to Spot nodes first."""
        return frozenset(name for name in self.enabled_services if self.prefers_spot(name))

    def cautions(self, *, packages: Path) -> Iterator[Caution]:
        yield from super().cautions(packages=packages)
        yield from self._capacity_cautions(self.capacity(), "cluster", "node_groups")
        if not self.cluster.admin_role_arns:
            message = "is left out, so nobody may use kubectl, which a restore needs; name the roles of those who may"
            yield Caution(("cluster", "admin_role_arns"), message)
        if self.observability.prometheus == "existing" and self.gitops is None:
            message = (
                "is existing, and a new cluster has no Prometheus operator, without which the deployment fails at the "
                "first ServiceMonitor; deploy with none, install the operator, then write existing, or use installed"
            )
            yield Caution(("observability", "prometheus"), message)
        yield from self._class_cautions()

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        if self.account is None or self.region is None:
            because = "account and region, which would name the Amazon ECR repositories, are not both given"
            yield from registry_refusals(self.images, needed_because=because, fields=("account", "region"))
        if self.region is None:
            message = "is missing, and the cluster's pods are told in which region their secrets are; name it"
            yield Refusal(message, "region")
        yield from unfit_tags(self.tags)
        for refusal in unfit_versions(self.kubernetes_version, self.cluster):
            yield Refusal(
                str(refusal), *(f"cluster.{field}" for field in refusal.fields), "kubernetes_version"
            )
        if self.region is not None:
            yield from copy_refusals(self.backup, self.region)
        if self.postgresql.hosted == "aurora":
            yield from uncertified(self.region)
        ingress = self.ingress
        if ingress.type != "none" and ingress.certificate_arn is None and not ingress.allow_plain_http:
            message = (
                "is missing, and nothing says how clients get TLS; give the certificate's ARN, "
                "or write ingress.allow_plain_http: true"
            )
            yield Refusal(message, "ingress.certificate_arn", "ingress.allow_plain_http", "ingress.type")
        yield from certificate_refusals(
            ingress.certificate_arn, "ingress.certificate_arn", region=self.region, account=self.account
        )
        yield from self._network_refusals()
        unknown = list(unknown_types(self.cluster.node_groups))
        yield from unknown or self._capacity_refusals(self.capacity(), "cluster.node_groups")
        if not unknown:
            yield from disk_refusals(self.backup_job, self.cluster.node_groups)
        yield from untolerated(self.cluster.node_groups, on_spot=self._on_spot)

    def capacity(self) -> Capacity:
        """Whether the pods fit on the nodes; raises `KeyError` for instance types that are refused."""
        return Capacity(
            workloads=(
                *EKS_WORKLOADS,
                *installed_pods(
                    self.observability,
                    self.rollout,
                    argo_cd=self.gitops is not None,
                    recommender=self.vertical_recommendations,
                ),
                *service_pods(self.enabled_services, self.rollout, on_spot=self._on_spot),
                *data_pods(self.postgresql, self.redis, self.backup_job),
            ),
            daemon_sets=(*EKS_DAEMON_SETS, *installed_daemon_sets(self.observability)),
            kinds=tuple(
                group_nodes(group, prefix_delegation=self.cluster.prefix_delegation)
                for group in self.cluster.node_groups
            ),
            zones=tuple(f"zone {number + 1}" for number in range(self.zones)),
        )

    @property
    def zones(self) -> int:
        """Zones that nodes are spread over."""
        existing = self.network.existing
        return len(existing.private_subnet_ids if existing is not None else self.network.private_subnets)

    def _class_cautions(self) -> Iterator[Caution]:
        """Claims for which nobody makes a volume yet; with Argo CD a class may come before them."""
        if self.gitops is not None:
            return
        stores = {"shared_storage": self.shared_storage, "postgresql": self.postgresql, "redis": self.redis}
        for name, store in stores.items():
            given = getattr(store, "storage_class", None)
            if given not in (None, *EKS_CLASSES):
                message = (
                    f"is {given}, which the new cluster does not have; leave it out, or make that class: "
                    "pods wait until then"
                )
                yield Caution((name, "storage_class"), message)

    def _network_refusals(self) -> Iterator[Refusal]:
        if self.network.egress == "isolated":
            message = "is isolated, and charts and images come from public registries; use nat or single_nat"
            yield Refusal(message, "network.egress")
        existing = self.network.existing
        public = self.ingress.type != "none" and self.ingress.scheme == "internet-facing"
        if existing is not None and public and not existing.public_subnet_ids:
            message = (
                "is missing for an internet-facing load balancer; "
                "give one subnet per zone, or use ingress.scheme: internal"
            )
            yield Refusal(message, "network.existing.public_subnet_ids", "ingress.scheme", "ingress.type")
