"""What a deployment of AegisAI installs beside the cluster's own operators, as Helm releases."""

from collections.abc import Mapping

from constructs.kubernetes.release import CONTAINER_SECURITY, POD_SECURITY, resources
from settings import versions
from settings.aegisai_eks import AegisAIOnEks
from stacks.eks import Eks
from systems.aegisai_observability import add_observability

ARGO = "https://argoproj.github.io/argo-helm"


def add_releases(eks: Eks, settings: AegisAIOnEks) -> None:
    """What the settings ask for, and what objects among the manifests need."""
    add_observability(eks, settings)
    if settings.rollout.strategy != "rolling":
        eks.add_release(
            "ArgoRollouts",
            name="argo-rollouts",
            namespace="argo-rollouts",
            pod_security="restricted",
            repository=ARGO,
            chart="argo-rollouts",
            version=versions.ARGO_ROLLOUTS,
            values={"controller": {"resources": resources("50m", "128Mi")}},
        )
    if settings.gitops is not None:
        eks.add_release(
            "ArgoCd",
            name="argo-cd",
            namespace=settings.gitops.namespace,
            pod_security="restricted",
            repository="oci://ghcr.io/argoproj/argo-helm/argo-cd",
            chart="argo-cd",
            version=versions.ARGO_CD,
            values=_argo_cd(),
        )
    if settings.vertical_recommendations:
        eks.add_release(
            "VerticalPodAutoscaler",
            name="vertical-pod-autoscaler",
            namespace="vertical-pod-autoscaler",
            pod_security="restricted",
            repository="https://kubernetes.github.io/autoscaler",
            chart="vertical-pod-autoscaler",
            version=versions.VERTICAL_POD_AUTOSCALER,
            values=_vertical_pod_autoscaler(),
        )


def _argo_cd() -> Mapping[str, object]:
    """What applies one Application; nothing is generated from templates, announced, or signed in elsewhere."""
    return {
        "applicationSet": {"replicas": 0},
        "notifications": {"enabled": False},
        "dex": {"enabled": False},
        "controller": {"resources": resources("100m", "512Mi", limit="1Gi")},
        "server": {"resources": resources("50m", "128Mi", limit="256Mi")},
        "repoServer": {"resources": resources("50m", "256Mi", limit="512Mi")},
        "redis": {"resources": resources("20m", "64Mi")},
        "redisSecretInit": {"resources": resources("20m", "64Mi")},
    }


def _vertical_pod_autoscaler() -> Mapping[str, object]:
    """The recommender alone, once: what changes pods is left out."""
    return {
        "podSecurityContext": POD_SECURITY,
        "containerSecurityContext": CONTAINER_SECURITY,
        "recommender": {
            "replicas": 1,
            # it would keep the only pod on its node
            "podDisruptionBudget": {"enabled": False},
            "resources": resources("50m", "256Mi"),
        },
        "updater": {"enabled": False},
        "admissionController": {"enabled": False},
    }
