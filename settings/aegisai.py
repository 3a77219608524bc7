"""The deployment file of `system: aegisai`: what it says wherever the cluster is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from settings.capacity.answer import Capacity
from settings.capacity.system_pods import K3S_WORKLOADS
from settings.caution import Caution
from settings.data_stores import (
    AuroraPostgresql,
    ElastiCacheRedis,
    InClusterPostgresql,
    InClusterRedis,
    SharedStorageSettings,
)
from settings.deployment import DeploymentBase
from settings.exposure import AwsIngressSettings, ClusterIngressSettings
from settings.images import ImageSettings, reference, registry_refusals
from settings.kubernetes import (
    AutoscalingSettings,
    BackupJobSettings,
    ClusterBackupJobSettings,
    ClusterObservabilitySettings,
    ClusterSecretsSettings,
    GitopsSettings,
    KubernetesVersion,
    Namespace,
    NodesSettings,
    ObservabilitySettings,
    OpenName,
    ProbeSettings,
    SecretsManagerSettings,
    SnapshotSettings,
)
from settings.model import Model, Refusal
from settings.problems import shown
from settings.rollout import RolloutSettings
from settings.service_pods import data_pods, given_nodes, service_pods
from settings.services import ServiceName, ServiceSettings, enabled, over_table, service_refusals
from settings.text import Ipv4Block
from settings.versions import KUBERNETES

POSTGRESQL_PORT = 5432
REDIS_PORT = 6379
_MIDDLE = {"memory": {"request": "512Mi", "limit": "1Gi"}, "cpu": {"request": "250m", "limit": "500m"}}
_SMALL = {"memory": {"request": "256Mi", "limit": "512Mi"}, "cpu": {"request": "200m", "limit": "500m"}}
_LARGE = {"memory": {"request": "1Gi", "limit": "2Gi"}, "cpu": {"request": "500m", "limit": "1000m"}}
_FRONT = {"cpu_target_percent": 70, "memory_target_percent": 80}
SERVICES: Mapping[str, Mapping[str, Any]] = {
    "gateway": {
        "role": "gateway",
        "port": 8000,
        "replicas": 2,
        "max_replicas": 10,
        "health_path": "/health",
        **_MIDDLE,
        **_FRONT,
    },
    "orchestrator": {
        "role": "orchestrator",
        "port": 9000,
        "replicas": 2,
        "max_replicas": 8,
        "health_path": "/docs",
        **_MIDDLE,
        **_FRONT,
    },
    "validation": {"port": 9001, "replicas": 2, "max_replicas": 8, **_SMALL},
    "extract-metadata": {"port": 9002, "replicas": 2, "max_replicas": 8, **_SMALL},
    "extract-content": {"port": 9003, "replicas": 2, "max_replicas": 8, **_MIDDLE},
    "ai-service": {"port": 9004, "replicas": 2, "max_replicas": 6, "internet": True, **_LARGE},
}
"""The document's table of services."""
TAKEN = (
    "postgres",
    "redis",
    "postgres-backup",
    "postgres-restore",
    "volume-snapshots",
    "prometheus",
    "otel-collector",
    "default-deny",
    "allow-dns",
)
"""Names of what is in the namespace beside services, or that network policies know."""


class ConfigurationSettings(Model):
    """What the services read from the ConfigMap `app-config`; secrets stand elsewhere."""

    debug: bool = False
    """Detailed messages, also to callers: for trials alone."""
    input_bucket: (
        Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", examples=["aegisai-input"])]
        | None
    ) = None
    """Name of the S3 bucket that files are read from, which is there. Left out: uploads alone."""
    output_bucket: (
        Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", examples=["aegisai-output"])]
        | None
    ) = None
    """Name of the S3 bucket that results are written to, which is there. Left out: the shared storage alone."""
    openai_model: Annotated[str, Field(pattern=r"^\S+$", max_length=200, examples=["gpt-4o-mini"])] = (
        "gpt-4o-mini"
    )
    """Model that the AI service asks."""
    pinecone_index: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,45}$", examples=["aegisai"])] = "aegisai"
    """Index of vectors at Pinecone."""
    langsmith_project: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$", examples=["aegisai"])] = (
        "aegisai"
    )
    """Project at LangSmith that traces of model calls go to."""
    environment: Annotated[dict[OpenName, Annotated[str, Field(max_length=4096)]], Field(max_length=100)] = (
        Field(default_factory=dict)
    )
    """More variables for all services; what looks like a secret is refused."""


class AegisAIDeployment(DeploymentBase):
    """AegisAI on Kubernetes."""

    secrets_belong_in: ClassVar[str | None] = "the Secret app-secrets"

    system: Literal["aegisai"]
    """The system that this file deploys."""
    hosting: Literal["eks", "any"]
    """`eks`: a cluster of this deployment on AWS. `any`: only manifests, for a cluster that is there."""
    namespace: Namespace = "aegisai"
    """Namespace of everything; create-only: another one starts empty."""
    kubernetes_version: KubernetesVersion = KUBERNETES
    """Version of the cluster, in quotes."""
    images: ImageSettings
    services: Annotated[dict[ServiceName, ServiceSettings], Field(min_length=1, max_length=40)] = Field(
        default_factory=lambda: {
            name: ServiceSettings(**one) for name, one in over_table({}, SERVICES).items()
        }
    )
    """Services by name: those of the document's table, changed where the file says so, and further workers."""
    configuration: ConfigurationSettings = ConfigurationSettings()
    postgresql: Annotated[InClusterPostgresql | AuroraPostgresql, Field(discriminator="hosted")]
    redis: Annotated[InClusterRedis | ElastiCacheRedis, Field(discriminator="hosted")]
    shared_storage: SharedStorageSettings = SharedStorageSettings()
    ingress: AwsIngressSettings | ClusterIngressSettings
    secrets: SecretsManagerSettings | ClusterSecretsSettings
    autoscaling: AutoscalingSettings = AutoscalingSettings()
    probes: ProbeSettings = ProbeSettings()
    rollout: RolloutSettings = RolloutSettings()
    vertical_recommendations: bool = False
    """Objects of the Vertical Pod Autoscaler that recommend requests and change nothing; it must be in the cluster."""
    backup_job: BackupJobSettings
    volume_snapshots: SnapshotSettings | None = None
    """Snapshots of the volumes. Left out: none."""
    observability: ObservabilitySettings
    gitops: GitopsSettings | None = None
    """Argo CD. Left out: none. Create-only on EKS: who gives it later, or takes it out, deletes the application."""

    @field_validator("services", mode="before")
    @classmethod
    def _over_the_table(cls, given: Any) -> Any:
        return over_table(given, SERVICES)

    @property
    def enabled_services(self) -> dict[str, ServiceSettings]:
        """The services that are made, by name."""
        return enabled(self.services)

    @property
    def registry(self) -> str:
        """Registry of the services' images with the path before their names."""
        assert self.images.registry is not None, "refused"
        return self.images.registry

    def image_of(self, service: str) -> str:
        """Image of one service, by exact tag, and by digest where it is known."""
        image = self.services[service].image
        return reference(
            self.registry, image.repository or service, tag=image.tag or self.images.tag, digest=image.digest
        )

    def cautions(self, *, packages: Path) -> Iterator[Caution]:
        yield from super().cautions(packages=packages)
        if self.configuration.debug and self.environment != "dev":
            message = "is true, and callers see the insides of errors; take it out"
            yield Caution(("configuration", "debug"), message)
        schedule = self.backup_job.schedule
        if self.backup_job.enabled and not schedule.endswith(" * * *"):
            message = (
                f"{shown(schedule)} is less often than once a day, and more than a day is lost in a disaster; "
                "use one like 0 2 * * *"
            )
            yield Caution(("backup_job", "schedule"), message)

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        taken = {}
        if self.postgresql.hosted == "in_cluster":
            taken[POSTGRESQL_PORT] = ("PostgreSQL", "postgresql.hosted")
        if self.redis.hosted == "in_cluster":
            taken[REDIS_PORT] = ("Redis", "redis.hosted")
        yield from service_refusals(self.services, taken)
        previews = {f"{name}-preview" for name in self.services}
        for name in self.services:
            if name in TAKEN or name in previews:
                message = f"{name} is the name of another part of the system; choose another"
                yield Refusal(message, f"services.{name}")
        if self.rollout.strategy != "rolling" and self.observability.prometheus == "none":
            message = (
                f"is {self.rollout.strategy}, which watches the error rate, and observability.prometheus is none; "
                "use prometheus: existing, or strategy: rolling"
            )
            yield Refusal(message, "rollout.strategy", "observability.prometheus")

    def _capacity_refusals(self, capacity: Capacity, nodes: str) -> Iterator[Refusal]:
        """Pods that do not fit, blamed on the setting of the nodes."""
        if not capacity.fits:
            message = f"the fewest pods do not fit: {capacity.shortage}; allow more or larger nodes, or request less"
            yield Refusal(message, nodes, "services", "postgresql", "redis", "observability")


class AegisAIAnywhere(AegisAIDeployment):
    """AegisAI as manifests for a cluster that is there: no stack, nothing of AWS."""

    hosting: Literal["any"]
    """Only manifests, for a cluster that is there; `eks` makes a cluster on AWS."""
    postgresql: InClusterPostgresql = InClusterPostgresql(hosted="in_cluster")
    redis: InClusterRedis = InClusterRedis(hosted="in_cluster")
    ingress: ClusterIngressSettings = ClusterIngressSettings()
    secrets: ClusterSecretsSettings = ClusterSecretsSettings()
    backup_job: ClusterBackupJobSettings = ClusterBackupJobSettings()
    observability: ClusterObservabilitySettings = ClusterObservabilitySettings()
    nodes: NodesSettings = NodesSettings()
    dns_cidrs: Annotated[tuple[Ipv4Block, ...], Field(max_length=10)] = ()
    """IPv4 ranges that pods may ask for names beside CoreDNS's pods, such as that of NodeLocal DNSCache."""

    def cautions(self, *, packages: Path) -> Iterator[Caution]:
        yield from super().cautions(packages=packages)
        if self.environment == "dev":
            return
        if self.secrets.source == "generated":
            message = (
                "is generated, which is for trials: the values stand in the manifests; "
                "make app-secrets yourself and use existing"
            )
            yield Caution(("secrets", "source"), message)
        if self.backup_job.enabled and self.backup_job.bucket is None:
            message = "is left out, so dumps are lost with the cluster; name a bucket"
            yield Caution(("backup_job", "bucket"), message)

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        yield from registry_refusals(self.images, needed_because="hosting is any", fields=("hosting",))
        yield from self._capacity_refusals(self.capacity(), "nodes")

    def capacity(self) -> Capacity:
        """Whether the pods fit on the nodes."""
        return Capacity(
            workloads=(
                *K3S_WORKLOADS,
                *service_pods(self.enabled_services, self.rollout),
                *data_pods(self.postgresql, self.redis, self.backup_job),
            ),
            daemon_sets=(),
            kinds=(given_nodes(self.nodes),),
            zones=tuple(f"zone {number + 1}" for number in range(self.nodes.zones)),
        )
