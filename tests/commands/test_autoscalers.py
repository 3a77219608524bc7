"""Pods of workloads that are scaled, as the picture of manifests has them."""

from typing import Any

from commands.autoscalers import ranges, workload
from commands.manifests.graph import graph


def made(kind: str, namespace: str | None, **spec: Any) -> dict[str, Any]:
    about = {"name": "web"} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "v1", "kind": kind, "metadata": about, "spec": spec}


def running(kind: str, namespace: str) -> dict[str, Any]:
    return made(kind, namespace, template={"spec": {"containers": []}})


def scaler(namespace: str | None, most: int, *, kind: str = "Deployment", **more: Any) -> dict[str, Any]:
    target = {"kind": kind, "name": "web"}
    return made("HorizontalPodAutoscaler", namespace, scaleTargetRef=target, maxReplicas=most, **more)


def test_one_name_in_two_namespaces_has_two_ranges() -> None:
    objects = [
        running("Deployment", "chat"),
        running("Deployment", "shop"),
        running("StatefulSet", "shop"),
        scaler("chat", 6, minReplicas=2),
        scaler("shop", 9),
    ]
    assert [(each.kind, each.pods) for each in graph(objects).boxes] == [
        ("Deployment", "2–6"),
        ("Deployment", "1–9"),
        ("StatefulSet", ""),
    ]


def test_no_namespace_is_the_one_that_kubectl_takes() -> None:
    assert ranges([scaler(None, 6)])[workload(made("Deployment", "default"))] == "1–6"
