"""Argo Rollouts: a new version beside the old one, and a look at the error rate before it takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from k8s.autoscaling import Autoscaling
from k8s.component import Component
from k8s.objects import PlainObject
from k8s.pod import Pod
from k8s.service import Service
from k8s.workload import DEADLINE_SECONDS, Workload

API_VERSION = "argoproj.io/v1alpha1"


NEW_PODS = "-{{args.hash}}-.*"
"""Of a new version: Argo Rollouts names pods after the hash of their template."""
_HASH = "hash"


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One question to Prometheus.

    query: `NEW_PODS` in it matches the names of the new version's pods after the component's.
    success_condition: an expression of Argo Rollouts over the answer, such as `result[0] < 0.05`; after `failures`
    answers that do not fulfil it the old version comes back.
    """

    name: str
    query: str
    success_condition: str
    every_seconds: int = 30
    count: int = 5
    failures: int = 2


class AnalysisTemplate(PlainObject):
    """`object_name`."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        prometheus: str,
        measurements: Sequence[Measurement],
        name: str | None = None,
    ) -> None:
        """
        Args:
            component: Whose new version is judged.
            prometheus: Address such as `http://prometheus-operated.monitoring:9090`.
            measurements: What is asked; all must succeed.
            name: Left out: the component's.
        """
        self.object_name = name or component.name
        metrics = [
            {
                "name": each.name,
                "interval": f"{each.every_seconds}s",
                "count": each.count,
                "failureLimit": each.failures - 1,
                "successCondition": each.success_condition,
                "provider": {"prometheus": {"address": prometheus, "query": each.query}},
            }
            for each in measurements
        ]
        super().__init__(
            scope,
            api_version=API_VERSION,
            kind="AnalysisTemplate",
            component=component,
            name=name,
            fields={"spec": {"args": [{"name": _HASH}], "metrics": metrics}},
        )


@dataclass(frozen=True, kw_only=True)
class BlueGreen:
    """All new pods beside the old ones; then the active Service is switched.

    wait_seconds: the new pods are looked at for so long before the switch. keep_seconds: the old pods stay so long
    after it, so that going back is a switch, too.
    """

    active: Service
    preview: Service
    wait_seconds: int = 120
    keep_seconds: int = 300


@dataclass(frozen=True, kw_only=True)
class Canary:
    """A rising share of the pods runs the new version.

    weights: percent of the pods at each step, rising; then all. pause_seconds: how long each step lasts.
    """

    weights: Sequence[int]
    pause_seconds: int = 120


class Rollout(Workload):
    """A Deployment of Argo Rollouts, with the same pods; it goes back by itself when an analysis fails."""

    API_VERSION = API_VERSION
    KIND = "Rollout"
    REVISION_LABEL = "rollouts-pod-template-hash"

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        pod: Pod,
        replicas: int,
        strategy: BlueGreen | Canary,
        analysis: AnalysisTemplate | None,
        autoscaling: Autoscaling | None = None,
    ) -> None:
        """
        Args:
            component: Whose pods these are; the Rollout has its name.
            pod: What runs.
            replicas: How many, at least when it is scaled.
            strategy: How the new version takes over.
            analysis: What says that the new version is good. None: time alone.
            autoscaling: Left out: the number is fixed.
        """
        super().__init__(
            scope,
            component=component,
            pod=pod,
            replicas=replicas,
            autoscaling=autoscaling,
            spec={
                "progressDeadlineSeconds": DEADLINE_SECONDS,
                "strategy": _blue_green(strategy, analysis)
                if isinstance(strategy, BlueGreen)
                else _canary(strategy, analysis),
            },
        )


def _blue_green(strategy: BlueGreen, analysis: AnalysisTemplate | None) -> dict[str, Any]:
    return {
        "blueGreen": {
            "activeService": strategy.active.object_name,
            "previewService": strategy.preview.object_name,
            "autoPromotionEnabled": True,
            "autoPromotionSeconds": strategy.wait_seconds,
            "scaleDownDelaySeconds": strategy.keep_seconds,
            # before the switch nobody calls the new pods, so nothing could be measured
            **({"postPromotionAnalysis": _templates(analysis)} if analysis else {}),
        }
    }


def _canary(strategy: Canary, analysis: AnalysisTemplate | None) -> dict[str, Any]:
    pause = {"pause": {"duration": f"{strategy.pause_seconds}s"}}
    steps = [step for weight in strategy.weights for step in ({"setWeight": weight}, pause)]
    return {
        "canary": {
            "maxUnavailable": 0,
            "maxSurge": 1,
            "steps": steps,
            # from the first pause on, while the steps go on
            **({"analysis": {**_templates(analysis), "startingStep": 1}} if analysis else {}),
        }
    }


def _templates(analysis: AnalysisTemplate) -> dict[str, Any]:
    latest = {"name": _HASH, "valueFrom": {"podTemplateHashValue": "Latest"}}
    return {"templates": [{"templateName": analysis.object_name}], "args": [latest]}
