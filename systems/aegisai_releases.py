"""What a deployment of AegisAI installs beside the cluster's own operators, as Helm releases."""

from constructs.kubernetes.release import resources
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
            values={},
        )
    if settings.vertical_recommendations:
        eks.add_release(
            "VerticalPodAutoscaler",
            name="vertical-pod-autoscaler",
            namespace="vertical-pod-autoscaler",
            pod_security="baseline",
            repository="https://kubernetes.github.io/autoscaler",
            chart="vertical-pod-autoscaler",
            version=versions.VERTICAL_POD_AUTOSCALER,
            values={"updater": {"enabled": False}, "admissionController": {"enabled": False}},
        )
