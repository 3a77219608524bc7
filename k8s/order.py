"""The order in which kinds are applied: what others need first, and policies before the pods they hold."""

ORDER = (
    "Namespace",
    "StorageClass",
    "VolumeSnapshotClass",
    "NetworkPolicy",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "HelmChart",
    "ClusterSecretStore",
    "SecretStore",
    "Secret",
    "ExternalSecret",
    "PersistentVolumeClaim",
    "ConfigMap",
    "Service",
    "AnalysisTemplate",
    "PodDisruptionBudget",
    "StatefulSet",
    "Deployment",
    "Rollout",
    "HorizontalPodAutoscaler",
    "VerticalPodAutoscaler",
    "Job",
    "CronJob",
    "VolumeSnapshot",
    "Ingress",
    "ServiceMonitor",
    "PrometheusRule",
    "Application",
)
CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "StorageClass",
        "VolumeSnapshotClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterSecretStore",
    }
)


class UnknownKind(ValueError):
    """A kind that has no place in the order."""


def place(kind: str) -> int:
    """Where the kind stands in the order, from 1; raises `UnknownKind`."""
    if kind not in ORDER:
        raise UnknownKind(f"{kind} has no place in the order of applying; give it one in k8s/order.py")
    return ORDER.index(kind) + 1
