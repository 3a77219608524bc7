"""What keeps pods running: a Deployment or a StatefulSet, each with the house's defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from constructs import Construct

from k8s.autoscaling import Autoscaling, HorizontalPodAutoscaler, VerticalPodAutoscaler
from k8s.component import Component
from k8s.objects import PlainObject
from k8s.pod import Pod, template_of

REVISIONS = 5
"""Old revisions that are kept to roll back to."""
DEADLINE_SECONDS = 600
"""A roll-out that has not moved for so long counts as failed."""


class Workload(PlainObject):
    """`component`, and `replicas`: how many pods there are at least."""

    API_VERSION: ClassVar[str]
    KIND: ClassVar[str]
    REVISION_LABEL: ClassVar[str]

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        pod: Pod,
        replicas: int,
        autoscaling: Autoscaling | None,
        spec: Mapping[str, Any],
    ) -> None:
        self.component = component
        self.replicas = replicas
        # an applied number would undo what the autoscaler has set
        number = {} if autoscaling else {"replicas": replicas}
        super().__init__(
            scope,
            api_version=self.API_VERSION,
            kind=self.KIND,
            component=component,
            labels=component.versioned_labels,
            fields={
                "spec": {
                    **number,
                    "revisionHistoryLimit": REVISIONS,
                    "selector": {"matchLabels": component.selector},
                    "template": template_of(pod, component, revision_label=self.REVISION_LABEL),
                    **spec,
                }
            },
        )
        if autoscaling is not None:
            HorizontalPodAutoscaler(
                scope,
                component=component,
                api_version=self.API_VERSION,
                kind=self.KIND,
                min_replicas=replicas,
                autoscaling=autoscaling,
            )

    def recommend_resources(self, scope: Construct) -> None:
        """Let a vertical autoscaler say what the containers should request."""
        VerticalPodAutoscaler(scope, component=self.component, api_version=self.API_VERSION, kind=self.KIND)


class Deployment(Workload):
    API_VERSION = "apps/v1"
    KIND = "Deployment"
    REVISION_LABEL = "pod-template-hash"

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        pod: Pod,
        replicas: int,
        autoscaling: Autoscaling | None = None,
        strategy: Literal["RollingUpdate", "Recreate"] = "RollingUpdate",
    ) -> None:
        """
        Args:
            component: Whose pods these are; the Deployment has its name.
            pod: What runs.
            replicas: How many, at least when it is scaled.
            autoscaling: Left out: the number is fixed.
            strategy: A rolling update leaves no pod unavailable. Recreate for a volume that one pod alone can
                mount, and for an application of which two versions must not meet.
        """
        rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
        super().__init__(
            scope,
            component=component,
            pod=pod,
            replicas=replicas,
            autoscaling=autoscaling,
            spec={
                "progressDeadlineSeconds": DEADLINE_SECONDS,
                "strategy": rolling if strategy == "RollingUpdate" else {"type": "Recreate"},
            },
        )


@dataclass(frozen=True, kw_only=True)
class ClaimTemplate:
    """A volume of each pod's own, mounted with `own_claim(name)`.

    size: a quantity such as `10Gi`. storage_class left out: the cluster's default.
    """

    name: str
    size: str
    storage_class: str | None = None


class StatefulSet(Workload):
    """Pods with names and volumes that stay; the volumes outlive the pods and the StatefulSet."""

    API_VERSION = "apps/v1"
    KIND = "StatefulSet"
    REVISION_LABEL = "controller-revision-hash"

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        pod: Pod,
        replicas: int,
        service: str | None = None,
        claims: Sequence[ClaimTemplate] = (),
    ) -> None:
        """
        Args:
            component: Whose pods these are; the StatefulSet has its name.
            pod: What runs.
            replicas: How many.
            service: Name of the headless Service under which each pod has a name. Left out: the component's.
            claims: Volumes that each pod gets for itself.
        """
        templates = [_claim(claim, component) for claim in claims]
        retention = {"whenDeleted": "Retain", "whenScaled": "Retain"}
        super().__init__(
            scope,
            component=component,
            pod=pod,
            replicas=replicas,
            autoscaling=None,
            spec={
                "serviceName": service or component.name,
                "updateStrategy": {"type": "RollingUpdate"},
                **(
                    {"volumeClaimTemplates": templates, "persistentVolumeClaimRetentionPolicy": retention}
                    if templates
                    else {}
                ),
            },
        )


def _claim(claim: ClaimTemplate, component: Component) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": claim.name, "labels": component.selector},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": claim.size}},
            **({"storageClassName": claim.storage_class} if claim.storage_class else {}),
        },
    }
