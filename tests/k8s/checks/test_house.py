"""Each rule of the house names what breaks it; `tests/manifests` shows that good pods pass."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from k8s.checks import house
from k8s.checks.house import RULES, blocked_drains
from k8s.checks.pods import pods_of
from tests.k8s.shop import manifests, only


def _drop(field: str) -> Callable[[Any], None]:
    def change(spec: Any) -> None:
        del spec["containers"][0][field]

    return change


def _set(field: str, value: Any) -> Callable[[Any], None]:
    def change(spec: Any) -> None:
        spec["containers"][0][field] = value

    return change


def _as_often(spec: Any) -> None:
    spec["containers"][0]["livenessProbe"]["periodSeconds"] = 10


def _unlimited(spec: Any) -> None:
    del spec["containers"][0]["resources"]["limits"]


BAD: list[tuple[str, Callable[[Any], object]]] = [
    ("read_only_root", _drop("securityContext")),
    ("requests_and_limits", _drop("resources")),
    ("requests_and_limits", _unlimited),
    ("exact_image", _set("image", "registry.example:5000/worker")),
    ("exact_image", _set("image", "registry.example/worker:latest")),
    ("token_only_where_asked", lambda spec: spec.pop("automountServiceAccountToken")),
    ("token_only_where_asked", lambda spec: spec.update(automountServiceAccountToken=True)),
    ("probes", _drop("startupProbe")),
    ("probes", _as_often),
    ("spread", lambda spec: spec["topologySpreadConstraints"].pop()),
    ("time_to_stop", lambda spec: spec.update(terminationGracePeriodSeconds=34)),
]


@pytest.mark.parametrize(("rule", "change"), BAD)
def test_what_breaks_a_rule_is_named(rule: str, change: Callable[[Any], object]) -> None:
    manifest = deepcopy(only("Deployment", manifests()))
    check = getattr(house, rule)
    assert not list(check(pods_of([manifest])[0]))
    change(manifest["spec"]["template"]["spec"])
    assert list(check(pods_of([manifest])[0]))


def test_every_rule_has_a_bad_example() -> None:
    assert {rule.__name__ for rule in RULES} == {name for name, _ in BAD}


def test_a_digest_is_exact() -> None:
    manifest = deepcopy(only("Deployment", manifests()))
    _set("image", f"registry.example/worker@sha256:{'0f' * 32}")(manifest["spec"]["template"]["spec"])
    assert not list(house.exact_image(pods_of([manifest])[0]))


def test_a_budget_that_keeps_every_pod_is_named() -> None:
    budget = {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "database", "namespace": "shop"},
        "spec": {
            "minAvailable": 1,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "database"}},
        },
    }
    assert blocked_drains([*manifests(), budget]) == [
        "StatefulSet shop/database has 1 pods at least, and its budget keeps 1"
    ]
