"""Which kinds a cluster gets to know by charts and add-ons, and what else they bring that manifests name.

Kinds of Kubernetes itself are known by their schemas (`schemas.py`), others by an applied CustomResourceDefinition.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Manifest = Mapping[str, Any]
LOAD_BALANCERS = "aws-load-balancer-controller"
LOAD_BALANCER_CLASS = "service.k8s.aws/nlb"
INGRESS_CLASS = "alb"
INGRESS_CONTROLLER = "ingress.k8s.aws/alb"
CASCADE = "resources-finalizer.argocd.argoproj.io"
"""How the finalizer begins; how it ends says in which order things go."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A custom kind; `versions` that the API server serves."""

    kind: str
    group: str
    versions: tuple[str, ...]
    namespaced: bool = True


def _holds_nothing(_manifest: Manifest, _there: Sequence[Manifest]) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What a chart or an add-on brings.

    `holds`: whether it puts a finalizer on an object of the cluster, which is then gone only while its controller runs;
    asked with all that is there. `calls_aws`: its pods need an identity when they are made.
    """

    definitions: tuple[Definition, ...] = ()
    ingress_class: str | None = None
    holds: Callable[[Manifest, Sequence[Manifest]], bool] = _holds_nothing
    calls_aws: bool = False


def has_load_balancer(manifest: Manifest, there: Sequence[Manifest]) -> bool:
    """Whether the load balancer controller makes a load balancer for the object."""
    spec = manifest.get("spec") or {}
    if manifest["kind"] == "Service":
        return spec.get("type") == "LoadBalancer" and spec.get("loadBalancerClass") == LOAD_BALANCER_CLASS
    if manifest["kind"] == "Ingress":
        return spec.get("ingressClassName") in (INGRESS_CLASS, *_balancing_classes(there))
    return bool(manifest["kind"] == "TargetGroupBinding")


def _balancing_classes(there: Sequence[Manifest]) -> list[str]:
    """Classes of Ingresses beside the chart's own."""
    return [
        each["metadata"]["name"]
        for each in there
        if each["kind"] == "IngressClass" and each["spec"].get("controller") == INGRESS_CONTROLLER
    ]


def _deletes_what_it_made(manifest: Manifest, _there: Sequence[Manifest]) -> bool:
    finalizers = manifest["metadata"].get("finalizers", ())
    return manifest["kind"] == "Application" and any(each.startswith(CASCADE) for each in finalizers)


def _kinds(
    group: str, *kinds: str, versions: tuple[str, ...] = ("v1",), namespaced: bool = True
) -> tuple[Definition, ...]:
    return tuple(
        Definition(kind=kind, group=group, versions=versions, namespaced=namespaced) for kind in kinds
    )


ALPHA = ("v1alpha1",)
CHARTS: Mapping[str, Brought] = {
    LOAD_BALANCERS: Brought(
        definitions=(
            *_kinds("elbv2.k8s.aws", "IngressClassParams", versions=("v1beta1",), namespaced=False),
            *_kinds("elbv2.k8s.aws", "TargetGroupBinding", versions=("v1beta1",)),
        ),
        ingress_class=INGRESS_CLASS,
        holds=has_load_balancer,
        calls_aws=True,
    ),
    "external-secrets": Brought(
        definitions=(
            *_kinds("external-secrets.io", "SecretStore", "ExternalSecret"),
            *_kinds("external-secrets.io", "ClusterSecretStore", "ClusterExternalSecret", namespaced=False),
            *_kinds("external-secrets.io", "PushSecret", versions=ALPHA),
        ),
        calls_aws=True,
    ),
    "cluster-autoscaler": Brought(calls_aws=True),
    "kube-prometheus-stack": Brought(
        definitions=_kinds("monitoring.coreos.com", "ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe")
    ),
    "argo-cd": Brought(
        definitions=_kinds("argoproj.io", "Application", "AppProject", versions=ALPHA),
        holds=_deletes_what_it_made,
    ),
    "argo-rollouts": Brought(
        definitions=(
            *_kinds("argoproj.io", "Rollout", "AnalysisTemplate", "AnalysisRun", versions=ALPHA),
            *_kinds("argoproj.io", "ClusterAnalysisTemplate", versions=ALPHA, namespaced=False),
        )
    ),
    "vertical-pod-autoscaler": Brought(definitions=_kinds("autoscaling.k8s.io", "VerticalPodAutoscaler")),
    "cert-manager": Brought(
        definitions=(
            *_kinds("cert-manager.io", "Certificate", "Issuer"),
            *_kinds("cert-manager.io", "ClusterIssuer", namespaced=False),
        )
    ),
    "opentelemetry-operator": Brought(
        definitions=(
            *_kinds("opentelemetry.io", "OpenTelemetryCollector", versions=("v1beta1",)),
            *_kinds("opentelemetry.io", "Instrumentation", versions=ALPHA),
        )
    ),
}
"""By the chart's name; a chart that is not here brings no kind that a manifest of ours names."""
ADDONS: Mapping[str, Brought] = {
    "snapshot-controller": Brought(
        definitions=(
            *_kinds("snapshot.storage.k8s.io", "VolumeSnapshot"),
            *_kinds(
                "snapshot.storage.k8s.io", "VolumeSnapshotClass", "VolumeSnapshotContent", namespaced=False
            ),
        )
    ),
}
"""By the add-on's name."""


def brings(kind: str, group: str) -> str | None:
    """The chart or add-on of the table that brings the kind."""
    for name, brought in {**CHARTS, **ADDONS}.items():
        if any((each.kind, each.group) == (kind, group) for each in brought.definitions):
            return name
    return None


def of_manifest(manifest: Manifest) -> Definition:
    """What an applied CustomResourceDefinition defines."""
    spec = manifest["spec"]
    return Definition(
        kind=spec["names"]["kind"],
        group=spec["group"],
        versions=tuple(each["name"] for each in spec["versions"] if each.get("served", True)),
        namespaced=spec["scope"] == "Namespaced",
    )
