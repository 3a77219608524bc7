"""How the number of a workload's pods follows its load."""

from dataclasses import dataclass

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component
from k8s.objects import PlainObject, construct_id, metadata


@dataclass(frozen=True, kw_only=True)
class Autoscaling:
    """Up to how many pods, and from which load.

    The percentages are of what the containers request; a target that is left out does not count.
    """

    max_replicas: int
    cpu_percent: int | None = 70
    memory_percent: int | None = None
    scale_up_window_seconds: int = 60
    scale_down_window_seconds: int = 300


class HorizontalPodAutoscaler(k8s.KubeHorizontalPodAutoscalerV2):
    """Made by the workload that it scales."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        api_version: str,
        kind: str,
        min_replicas: int,
        autoscaling: Autoscaling,
    ) -> None:
        if autoscaling.max_replicas < min_replicas:
            raise ValueError(
                f"{component.name}: at most {autoscaling.max_replicas} replicas, but {min_replicas} at least; "
                "raise max_replicas"
            )
        targets = {"cpu": autoscaling.cpu_percent, "memory": autoscaling.memory_percent}
        metrics = [_metric(name, percent) for name, percent in targets.items() if percent is not None]
        if not metrics:
            raise ValueError(
                f"{component.name}: autoscaling follows nothing; give cpu_percent or memory_percent"
            )
        super().__init__(
            scope,
            construct_id("HorizontalPodAutoscaler", component),
            metadata=metadata(component),
            spec=k8s.HorizontalPodAutoscalerSpecV2(
                scale_target_ref=k8s.CrossVersionObjectReferenceV2(
                    api_version=api_version, kind=kind, name=component.name
                ),
                min_replicas=min_replicas,
                max_replicas=autoscaling.max_replicas,
                metrics=metrics,
                behavior=k8s.HorizontalPodAutoscalerBehaviorV2(
                    scale_up=_window(autoscaling.scale_up_window_seconds),
                    scale_down=_window(autoscaling.scale_down_window_seconds),
                ),
            ),
        )


class VerticalPodAutoscaler(PlainObject):
    """Recommends requests and limits, and changes nothing: the horizontal autoscaler counts in requests."""

    def __init__(self, scope: Construct, *, component: Component, api_version: str, kind: str) -> None:
        super().__init__(
            scope,
            api_version="autoscaling.k8s.io/v1",
            kind="VerticalPodAutoscaler",
            component=component,
            fields={
                "spec": {
                    "targetRef": {"apiVersion": api_version, "kind": kind, "name": component.name},
                    "updatePolicy": {"updateMode": "Off"},
                }
            },
        )


def _metric(resource: str, percent: int) -> k8s.MetricSpecV2:
    target = k8s.MetricTargetV2(type="Utilization", average_utilization=percent)
    return k8s.MetricSpecV2(
        type="Resource", resource=k8s.ResourceMetricSourceV2(name=resource, target=target)
    )


def _window(seconds: int) -> k8s.HpaScalingRulesV2:
    return k8s.HpaScalingRulesV2(stabilization_window_seconds=seconds)
