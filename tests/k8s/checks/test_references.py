"""Each kind of reference that leads nowhere is named; the shop's all resolve (`tests/manifests`)."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from k8s.checks.known import External
from k8s.checks.references import unresolved
from tests.k8s.shop import EXTERNALS, manifests, only

Change = Callable[[list[Any]], object]


def _spec(kind: str, made: list[Any], name: str | None = None) -> Any:
    return only(kind, made, name)["spec"]


def _pod(kind: str, made: list[Any]) -> Any:
    return _spec(kind, made)["template"]["spec"]


def _app(kind: str, made: list[Any]) -> Any:
    return _pod(kind, made)["containers"][0]


def _without(kind: str, name: str | None = None) -> Change:
    return lambda made: made.remove(only(kind, made, name))


def _key_of(kind: str, key: str) -> Change:
    def change(made: list[Any]) -> None:
        data = only(kind, made, "settings")["data"]
        del data[key]

    return change


BAD: dict[str, tuple[Change, str]] = {
    "namespace": (_without("Namespace"), "Namespace shop, which is not there"),
    "service selects pods": (_without("Deployment"), "Service shop/worker: selects no pods"),
    "service port": (
        lambda made: _spec("Service", made, "worker")["ports"][0].update(targetPort="grpc"),
        "leads to port grpc",
    ),
    "headless service": (
        lambda made: _spec("Service", made, "database").pop("clusterIP"),
        "which is not headless",
    ),
    "service of a stateful set": (_without("Service", "database"), "Service shop/database"),
    "preview service": (_without("Service", "gateway-preview"), "Service shop/gateway-preview"),
    "analysis": (_without("AnalysisTemplate"), "AnalysisTemplate shop/gateway"),
    "autoscaler's target": (
        lambda made: _spec("HorizontalPodAutoscaler", made, "worker")["scaleTargetRef"].update(name="x"),
        "Deployment shop/x",
    ),
    "autoscaler's version": (
        lambda made: _spec("HorizontalPodAutoscaler", made, "worker")["scaleTargetRef"].update(
            apiVersion="apps/v1beta1"
        ),
        "which is of apps/v1",
    ),
    "budget": (
        lambda made: _spec("PodDisruptionBudget", made)["selector"].update(matchLabels={"a": "b"}),
        "PodDisruptionBudget shop/worker: selects no pods",
    ),
    "ingress port": (
        lambda made: _spec("Ingress", made)["rules"][0]["http"]["paths"][0]["backend"]["service"][
            "port"
        ].update(name="https"),
        "names port https",
    ),
    "ingress class": (
        lambda made: _spec("Ingress", made).update(ingressClassName="nginx"),
        "IngressClass nginx",
    ),
    "certificate": (
        lambda made: _spec("Ingress", made).update(tls=[{"secretName": "tls"}]),
        "Secret shop/tls",
    ),
    "monitor": (
        lambda made: _spec("ServiceMonitor", made)["selector"].update(matchLabels={"a": "b"}),
        "selects no Services",
    ),
    "monitor's port": (
        lambda made: _spec("ServiceMonitor", made)["endpoints"][0].update(port="metrics"),
        "names port metrics",
    ),
    "role": (_without("Role"), "Role shop/backup"),
    "service account": (_without("ServiceAccount"), "ServiceAccount shop/backup"),
    "store": (_without("SecretStore"), "SecretStore shop/aws"),
    "claim": (_without("PersistentVolumeClaim"), "PersistentVolumeClaim shop/files"),
    "storage class": (
        lambda made: _spec("PersistentVolumeClaim", made).update(storageClassName="slow"),
        "StorageClass slow",
    ),
    "snapshot's claim": (
        lambda made: _spec("VolumeSnapshot", made)["source"].update(
            persistentVolumeClaimName="data-database-1"
        ),
        "PersistentVolumeClaim shop/data-database-1",
    ),
    "snapshot class": (_without("VolumeSnapshotClass"), "VolumeSnapshotClass shop-dev"),
    "policy": (
        lambda made: _spec("NetworkPolicy", made, "worker")["podSelector"].update(matchLabels={"a": "b"}),
        "NetworkPolicy shop/worker: selects no pods",
    ),
    "config map": (_without("ConfigMap"), "ConfigMap shop/settings, which is not there"),
    "key of a config map": (
        _key_of("ConfigMap", "LOG_LEVEL"),
        "the key LOG_LEVEL of ConfigMap shop/settings",
    ),
    "secret": (_without("Secret"), "Secret shop/login"),
    "key of a secret": (
        lambda made: _spec("ExternalSecret", made)["data"][0].update(secretKey="OTHER"),
        "the key PASSWORD of Secret shop/keys",
    ),
    "pull secret": (
        lambda made: _pod("Deployment", made).update(imagePullSecrets=[{"name": "other"}]),
        "Secret shop/other",
    ),
    "volume": (lambda made: _pod("Deployment", made)["volumes"].pop(), "which the pod does not have"),
    "probe": (
        lambda made: _app("Deployment", made)["readinessProbe"]["httpGet"].update(port="grpc"),
        "asks port grpc in its readinessProbe",
    ),
}


@pytest.mark.parametrize("example", BAD)
def test_what_leads_nowhere_is_named(example: str) -> None:
    change, told = BAD[example]
    made = deepcopy(manifests())
    assert not unresolved(made, EXTERNALS)
    change(made)
    assert [line for line in unresolved(made, EXTERNALS) if told in line]


def test_what_is_optional_may_be_missing() -> None:
    made = deepcopy(manifests())
    _app("Deployment", made)["env"] = [
        {"name": "A", "valueFrom": {"secretKeyRef": {"name": "none", "key": "A", "optional": True}}}
    ]
    assert not unresolved(made, EXTERNALS)


def test_an_external_that_nothing_names_is_told() -> None:
    more = External(kind="Secret", name="old", namespace="shop", why="a person")
    assert unresolved(manifests(), [*EXTERNALS, more]) == [
        "Secret shop/old is declared external, and nothing names it"
    ]


def test_an_external_that_is_made_here_is_told() -> None:
    more = External(kind="Secret", name="login", namespace="shop", why="a person")
    assert unresolved(manifests(), [*EXTERNALS, more]) == [
        "Secret shop/login is declared external, and a manifest makes it"
    ]
