"""What deployments on Kubernetes share: names, versions, probes, autoscaling, backups, what watches them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.images import SecretName
from settings.inline_secrets import names_secret
from settings.model import Model, Refusal
from settings.problems import shown
from settings.quantity import UNITS, ByteQuantity, bytes_of
from settings.text import HttpsUrl

KubernetesVersion = Literal["1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]
"""Versions whose manifests we can check (kubernetes-validate 1.37.0)."""
LEAST_NODE_MEMORY = 2 * UNITS["Gi"]
_LABEL = r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"
_CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))


def _own_namespace(value: str) -> str:
    if value == "default" or value.startswith("kube-"):
        raise ValueError(f"{shown(value)} is the cluster's own namespace; give one with another name")
    return value


def _cron(value: str) -> str:
    fields = value.split(" ")
    if len(fields) != len(_CRON_FIELDS):
        raise ValueError(
            f"{shown(value)} has {len(fields)} fields, a schedule has five; write one like 0 2 * * *"
        )
    for text, (name, least, most) in zip(fields, _CRON_FIELDS, strict=True):
        for part in text.split(","):
            span, _, step = part.partition("/")
            bounds = [] if span == "*" else span.split("-")
            wrong = len(bounds) > 2 or not all(bound.isdecimal() and bound.isascii() for bound in bounds)
            wrong = wrong or (
                "/" in part and not (step.isdecimal() and step.isascii() and 0 < int(step) <= most)
            )
            if (
                wrong
                or any(not least <= int(bound) <= most for bound in bounds)
                or bounds != sorted(bounds, key=int)
            ):
                raise ValueError(
                    f"{shown(part)} is no {name} of a schedule; use {least} to {most}, *, or */2"
                )
    return value


def _open_name(name: str) -> str:
    if names_secret(name):
        raise ValueError(
            f"{name} looks like a secret, and this file and the manifests can be read; take it out"
        )
    return name


Namespace = Annotated[
    str, Field(pattern=_LABEL, max_length=63, examples=["aegisai"]), AfterValidator(_own_namespace)
]
Schedule = Annotated[str, Field(max_length=100, examples=["0 2 * * *"]), AfterValidator(_cron)]
"""Five fields of cron: minute, hour, day of the month, month, day of the week."""
OpenName = Annotated[
    str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,127}$", examples=["LOG_LEVEL"]), AfterValidator(_open_name)
]
Variables = Annotated[dict[OpenName, Annotated[str, Field(max_length=4096)]], Field(max_length=100)]
"""Plain ones, which anybody may read who may read the file."""


class AutoscalingSettings(Model):
    """How fast the number of pods follows the load."""

    scale_up_window_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """Seconds of more load before pods are added."""
    scale_down_window_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Seconds of less load before pods are taken away."""


class ProbeSettings(Model):
    """How often a service is asked whether it is well."""

    readiness_period_seconds: Annotated[int, Field(ge=1, le=300)] = 5
    """Seconds between questions whether it takes requests; after three failures it gets none."""
    liveness_period_seconds: Annotated[int, Field(ge=1, le=300)] = 20
    """Seconds between questions whether it lives, more than for readiness; after three failures it is started anew."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 3
    """Seconds until no answer is a failure."""

    def refusals(self) -> Iterator[Refusal]:
        if self.liveness_period_seconds <= self.readiness_period_seconds:
            message = (
                f"{self.liveness_period_seconds} is not more than readiness_period_seconds "
                f"{self.readiness_period_seconds}, and a slow pod would be killed before it is spared; raise it"
            )
            yield Refusal(message, "liveness_period_seconds", "readiness_period_seconds")


class BucketSettings(Model):
    """A bucket that is there, of S3 or of what speaks S3."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", examples=["aegisai-backups"])]
    """Name of the bucket."""
    endpoint: HttpsUrl | None = None
    """Address of the service. Left out: Amazon S3."""
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$", examples=["eu-west-1"])] = "us-east-1"
    """Region of the bucket."""
    credentials_secret: SecretName
    """Secret in the namespace, made beforehand, with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`."""


class SnapshotSettings(Model):
    """Snapshots of the volumes, by the cluster's CSI driver."""

    schedule: Schedule = "30 14 * * *"
    """When, in UTC; half a day from the dump of the database, so that less is lost."""
    keep: Annotated[int, Field(ge=1, le=365)] = 7
    """Snapshots of each volume that are kept."""
    snapshot_class: SecretName | None = None
    """VolumeSnapshotClass. Left out: one for the EBS driver is made on EKS, elsewhere the cluster's default class."""


class BackupJobSettings(Model):
    """A dump of the database every day: uploaded, checked, old ones removed."""

    enabled: bool = True
    """Make the job, and the one that restores."""
    schedule: Schedule = "0 2 * * *"
    """When, in UTC; less often than once a day gives up the recovery point objective of 24 hours."""
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 14
    """Days that a dump is kept; the newest is kept always."""
    work_storage: ByteQuantity = "10Gi"
    """Space for a dump and the database that it is restored into on trial, on the disk of a node."""
    deadline_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    """Minutes after which a job that is not done has failed."""


class ClusterBackupJobSettings(BackupJobSettings):
    """A dump of the database every day: checked, old ones removed; to a bucket, or to a volume."""

    bucket: BucketSettings | None = None
    """Where dumps go. Left out: to a volume in the cluster, which is lost with it."""
    storage: ByteQuantity = "40Gi"
    """Size of that volume: a dump for each of `retention_days` and one more; it can be made larger later where its
    class allows that, never smaller."""

    def refusals(self) -> Iterator[Refusal]:
        if self.enabled and self.bucket is None and bytes_of(self.storage) < bytes_of(self.work_storage):
            message = (
                f"{self.storage} is less than work_storage {self.work_storage}, and one dump may fill the volume; "
                "raise it, or name a bucket"
            )
            yield Refusal(message, "storage", "work_storage")


class ObservabilitySettings(Model):
    """Metrics, logs and traces."""

    prometheus: Literal["none", "existing", "installed"] = "none"
    """Who collects metrics."""
    logs: Literal["none", "existing", "installed"] = "none"
    """`installed`: Loki in the cluster. `existing`: a dashboard for the Loki that is there."""
    tracing: Literal["none", "existing", "installed"] = "none"
    """`installed`: an OpenTelemetry collector and Jaeger in the cluster. `existing`: services send traces to
    `otlp_endpoint`."""
    otlp_endpoint: (
        Annotated[
            str,
            Field(
                pattern=r"^https?://[a-z0-9.-]+:\d{1,5}$",
                max_length=253,
                examples=["http://collector.observability:4317"],
            ),
        ]
        | None
    ) = None
    """Address of the OpenTelemetry collector that is there, with `tracing: existing`."""
    namespace: Namespace = "monitoring"
    """Namespace of Prometheus, whose scrapes the network policies let in; create-only where it is `installed`: another
    one takes a deployment with `prometheus: none` in between, and metrics start anew."""
    monitor_labels: Annotated[
        dict[
            Annotated[
                str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_./-]{0,61}[A-Za-z0-9])?$", examples=["release"])
            ],
            Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,63}$", examples=["prometheus"])],
        ],
        Field(max_length=10),
    ] = Field(default_factory=dict)
    """Labels on monitors and rules, where the operator selects by them."""

    def refusals(self) -> Iterator[Refusal]:
        if self.tracing == "existing" and self.otlp_endpoint is None:
            message = "is missing, and tracing is existing; give the collector's address"
            yield Refusal(message, "otlp_endpoint", "tracing")
        if self.tracing != "existing" and self.otlp_endpoint is not None:
            message = "is given, and tracing is not existing; use that, or remove the address"
            yield Refusal(message, "otlp_endpoint", "tracing")


class EksObservabilitySettings(ObservabilitySettings):
    """Metrics, logs and traces; what is `installed` comes with the cluster."""

    prometheus: Literal["none", "existing", "installed"] = "installed"
    """`installed`: Prometheus, Alertmanager and Grafana in the cluster, with our monitors, alert rules and
    dashboards. `existing`: these alone, for an operator that you have installed; a new cluster has none."""
    prometheus_retention_days: Annotated[int, Field(ge=1, le=365)] = 15
    """Days that the installed Prometheus keeps metrics."""
    prometheus_storage: ByteQuantity = "20Gi"
    """Volume of the installed Prometheus."""


class ClusterObservabilitySettings(ObservabilitySettings):
    """Metrics, logs and traces, for what is in the cluster."""

    prometheus: Literal["none", "existing"] = "none"
    """`existing`: monitors, alert rules and dashboards for the Prometheus operator and Grafana of the cluster."""
    logs: Literal["none", "existing"] = "none"
    """`existing`: a dashboard for the Loki of the cluster."""
    tracing: Literal["none", "existing"] = "none"
    """`existing`: services send traces to `otlp_endpoint`."""


class GitopsSettings(Model):
    """An Argo CD Application over the synthesized manifests, which somebody commits to a repository."""

    repository: Annotated[
        HttpsUrl,
        Field(examples=["https://github.com/example/aegisai-manifests"]),
    ]
    """Address of the Git repository with the manifests."""
    path: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", max_length=200, examples=["aegisai"])
    ]
    """Folder in it that holds the Kustomization."""
    revision: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$", examples=["main"])] = (
        "main"
    )
    """Branch, tag or commit."""
    namespace: Annotated[Namespace, Field(examples=["argocd"])] = "argocd"
    """Namespace of Argo CD, which is there; on EKS it is installed into it, and create-only."""
    project: Annotated[str, Field(pattern=_LABEL, max_length=63, examples=["default"])] = "default"
    """Project of Argo CD."""
    automatic: bool = True
    """Apply what is committed, put right what is changed by hand. `false`: somebody presses Sync."""


class NodesSettings(Model):
    """The nodes of a cluster that is there, for the capacity check."""

    count: Annotated[int, Field(ge=1, le=1000)] = 3
    """Nodes that pods may run on."""
    cpu: Annotated[int, Field(ge=1, le=448)] = 4
    """CPUs of a node."""
    memory: Annotated[ByteQuantity, Field(examples=["8Gi"])] = "8G"
    """Memory of a node."""
    max_pods: Annotated[int, Field(ge=8, le=250)] = 110
    """Most pods of a node (kubelet's `maxPods`)."""
    zones: Annotated[int, Field(ge=1, le=6)] = 1
    """Zones that the nodes are spread over."""

    def refusals(self) -> Iterator[Refusal]:
        if self.zones > self.count:
            message = (
                f"{self.zones} zones need as many nodes, and count is {self.count}; lower it, or raise count"
            )
            yield Refusal(message, "zones", "count")
        if bytes_of(self.memory) < LEAST_NODE_MEMORY:
            yield Refusal(f"{self.memory} leaves nothing to pods; use 2Gi or more", "memory")


class SecretsManagerSettings(Model):
    """Secrets come from AWS Secrets Manager through External Secrets; none stands in a manifest."""

    refresh_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """Minutes until a changed secret reaches the cluster."""


class ClusterSecretsSettings(Model):
    """The Secret `app-secrets` of a cluster without AWS."""

    source: Literal["generated", "existing"] = "generated"
    """`generated`: made with the manifests, our own values random, those of others empty; for trials alone.
    `existing`: somebody made it in the namespace, with every key that the services read."""
