"""The models find what is wrong."""

from copy import deepcopy
from typing import Any

from tests.k8s import shop
from tests.manifests.models import WITHOUT_MODEL, problems

RIGHT = {each["kind"]: each for each in shop.manifests()}
WRONG: dict[str, tuple[str, Any, str]] = {
    "ExternalSecret": ("refreshInterval", 5, "/spec/refreshInterval: must be string"),
    "ServiceMonitor": ("selector", None, "/spec: must have required property selector"),
    "PrometheusRule": ("groups", "all", "/spec/groups: must be array"),
    "Rollout": ("replicas", "two", "/spec/replicas: must be integer"),
    "AnalysisTemplate": ("metrics", {}, "/spec/metrics: must be array"),
    "Application": ("project", None, "/spec: must have required property project"),
    "VerticalPodAutoscaler": ("targetRef", "web", "/spec/targetRef: must be object"),
}
"""Kind → field of `spec`, what it becomes (None: it is taken out), and what is told."""


def spoiled(kind: str) -> Any:
    field, value, _ = WRONG[kind]
    made = deepcopy(RIGHT[kind])
    made["spec"][field] = value
    if value is None:
        del made["spec"][field]
    return made


def test_a_wrong_field_is_told() -> None:
    found = problems([spoiled(kind) for kind in WRONG])
    assert {kind: WRONG[kind][2] in (told or []) for kind, told in zip(WRONG, found, strict=True)} == (
        dict.fromkeys(WRONG, True)
    )


def test_a_kind_without_a_model_is_known() -> None:
    without = [{"apiVersion": version, "kind": kind} for version, kind in sorted(WITHOUT_MODEL)]
    assert problems(without) == [None] * len(without)
