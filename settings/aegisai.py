"""The deployment file of `system: aegisai`: what it says wherever the cluster is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from settings.aegisai_variables import variable_refusals
from settings.capacity.answer import Capacity
from settings.capacity.system_pods import K3S_WORKLOADS
from settings.capacity.words import listed
from settings.capacity.workloads import Moment
from settings.caution import Caution
from settings.data_stores import (
    NODE_CLASSES,
    ClusterSharedStorageSettings,
    InClusterPostgresql,
    InClusterRedis,
    Postgresql,
    Redis,
    SharedStorageSettings,
)
from settings.deployment import DeploymentBase
from settings.exposure import AwsIngressSettings, ClusterIngressSettings
from settings.images import ImageSettings, digest_refusals, reference, registry_refusals
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
    ProbeSettings,
    SecretsManagerSettings,
    SnapshotSettings,
    Variables,
)
from settings.model import Model, Refusal
from settings.namespaces import namespace_refusals
from settings.problems import shown
from settings.rollout import RolloutSettings
from settings.service_pods import data_pods, given_nodes, service_pods
from settings.services import ServiceName, ServiceSettings, enabled, over_table, service_refusals
from settings.text import Ipv4Block
from settings.versions import AWS_CLI, BUSYBOX, KUBERNETES

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
_ROOM = "allow more or larger nodes, or fewer or smaller pods"
_FOR_TRIALS = (
    "is generated, which is for trials: the values stand in the manifests and in one checkout; "
    "make app-secrets yourself and use existing"
)
TAKEN = (
    "postgres",
    "redis",
    "postgres-backup",
    "postgres-restore",
    "volume-snapshots",
    "prometheus",
    "otel-collector",
    "ingress-controller",
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
    environment: Variables = Field(default_factory=dict)
    """More variables for all services; what looks like a secret is refused. `services.NAME.environment` wins."""


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
    postgresql: Postgresql
    redis: Redis
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

    @property
    def workers_together(self) -> bool:
        """Whether all workers run on one node, because the volume that they share is mounted by one alone."""
        shared = self.shared_storage
        return isinstance(shared, ClusterSharedStorageSettings) and shared.access_mode == "ReadWriteOnce"

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
        yield from _uncalled(self.services)

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        taken = {}
        if self.postgresql.hosted == "in_cluster":
            taken[POSTGRESQL_PORT] = ("PostgreSQL", "postgresql.hosted")
        if self.redis.hosted == "in_cluster":
            taken[REDIS_PORT] = ("Redis", "redis.hosted")
        yield from service_refusals(self.services, taken)
        clients = () if self.postgresql.hosted == "in_cluster" else (self.postgresql.client_image,)
        yield from digest_refusals(self.images, (AWS_CLI, BUSYBOX, *clients))
        yield from self._namespace_refusals()
        yield from self._variable_refusals()
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

    def _namespace_refusals(self) -> Iterator[Refusal]:
        others = {}
        if self.observability.prometheus != "none":
            others["observability.namespace"] = self.observability.namespace
        if self.gitops is not None:
            others["gitops.namespace"] = self.gitops.namespace
        yield from namespace_refusals(self.namespace, others, made=self.hosting == "eks")

    def _variable_refusals(self) -> Iterator[Refusal]:
        common = self.configuration.environment
        yield from variable_refusals(common, "configuration.environment", self.enabled_services, of_one=False)
        for name, one in self.services.items():
            field = f"services.{name}.environment"
            yield from variable_refusals(one.environment, field, self.enabled_services, of_one=True)

    def _capacity_refusals(self, capacity: Capacity, nodes: str) -> Iterator[Refusal]:
        """Pods that do not fit, blamed on the setting of the nodes."""
        if not capacity.fits:
            message = f"the fewest pods do not fit: {capacity.shortage}; {_ROOM}"
            yield Refusal(message, nodes, "services", "postgresql", "redis", "observability")

    def _capacity_cautions(self, capacity: Capacity, *nodes: str) -> Iterator[Caution]:
        """Pods of a new version for which there is no room beside the old ones.

        nodes: path of the setting of the nodes.
        """
        waiting = capacity.at(Moment.rollout).waiting
        if waiting:
            message = (
                f"{listed(waiting)} wait {Moment.rollout}, so it takes longer, or stops halfway; {_ROOM}"
            )
            yield Caution(nodes, message)


def _uncalled(services: Mapping[str, ServiceSettings]) -> Iterator[Caution]:
    """Services that work for nobody, because the one before them is disabled."""
    on = enabled(services)
    for name, one in services.items():
        if one.enabled or one.role == "worker":
            continue
        alone = [other for other in on if not any(other in each.calls for each in on.values())]
        message = "is false, and the network policies let clients reach nothing else; enable it"
        if one.role == "orchestrator":
            alone = [other for other in alone if on[other].role == "worker"]
            message = f"is false, and nobody else calls {', '.join(alone)}; enable it, or name them as calls of another"
        if alone:
            yield Caution(("services", name, "enabled"), message)


class AegisAIAnywhere(AegisAIDeployment):
    """AegisAI as manifests for a cluster that is there: no stack, nothing of AWS."""

    hosting: Literal["any"]
    """Only manifests, for a cluster that is there; `eks` makes a cluster on AWS."""
    postgresql: InClusterPostgresql = InClusterPostgresql()
    redis: InClusterRedis = InClusterRedis()
    shared_storage: ClusterSharedStorageSettings = ClusterSharedStorageSettings()
    ingress: ClusterIngressSettings = ClusterIngressSettings()
    secrets: ClusterSecretsSettings = ClusterSecretsSettings()
    backup_job: ClusterBackupJobSettings = ClusterBackupJobSettings()
    observability: ClusterObservabilitySettings = ClusterObservabilitySettings()
    nodes: NodesSettings = NodesSettings()
    dns_cidrs: Annotated[tuple[Ipv4Block, ...], Field(max_length=10)] = ()
    """IPv4 ranges that pods may ask for names beside CoreDNS's pods, such as that of NodeLocal DNSCache."""

    def cautions(self, *, packages: Path) -> Iterator[Caution]:
        yield from super().cautions(packages=packages)
        yield from self._capacity_cautions(self.capacity(), "nodes")
        if self.shared_storage.storage_class is None and not self.workers_together:
            message = (
                "is left out, and the default class of many clusters, such as K3s and kind, cannot ReadWriteMany: the "
                "claim would stay Pending; name a class that can, or use access_mode: ReadWriteOnce"
            )
            yield Caution(("shared_storage", "storage_class"), message)
        if self.environment == "dev":
            return
        if self.secrets.source == "generated":
            yield Caution(("secrets", "source"), _FOR_TRIALS)
        if self.backup_job.enabled and self.backup_job.bucket is None:
            message = "is left out, so dumps are lost with the cluster; name a bucket"
            yield Caution(("backup_job", "bucket"), message)

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        yield from registry_refusals(self.images, needed_because="hosting is any", fields=("hosting",))
        if self.secrets.source == "generated" and self.gitops is not None:
            message = (
                "is generated, and gitops wants the manifests in Git, passwords among them; "
                "make app-secrets yourself and use existing, or leave gitops out"
            )
            yield Refusal(message, "secrets.source", "gitops")
        elif self.secrets.source == "generated" and self.environment == "prod":
            yield Refusal(_FOR_TRIALS, "secrets.source", "environment")
        yield from self._capacity_refusals(self.capacity(), "nodes")

    def capacity(self) -> Capacity:
        """Whether the pods fit on the nodes."""
        classes = [self.postgresql.storage_class, self.redis.storage_class]
        if self.workers_together:
            classes.append(self.shared_storage.storage_class)
        return Capacity(
            workloads=(
                *K3S_WORKLOADS,
                *service_pods(self.enabled_services, self.rollout, together=self.workers_together),
                *data_pods(self.postgresql, self.redis, self.backup_job),
            ),
            daemon_sets=(),
            kinds=(given_nodes(self.nodes),),
            zones=tuple(f"zone {number + 1}" for number in range(self.nodes.zones)),
            volumes_on_nodes=any(name in (None, *NODE_CLASSES) for name in classes),
        )
