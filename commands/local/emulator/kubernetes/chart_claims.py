"""The claims that pods of charts ask for, which no manifest of ours shows: by the values alone, no chart is read."""

from collections.abc import Callable, Mapping
from typing import Any

from commands.local.emulator.kubernetes.record import Release

Manifest = dict[str, Any]
Spec = Mapping[str, Any]


def claims_of(release: Release) -> list[Manifest]:
    """What StatefulSets of the release make in its namespace. Helm deletes none of them, the namespace does."""
    asked = ASKED.get(release.chart)
    found = asked(release) if asked else {}
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": release.namespace},
            "spec": spec,
        }
        for name, spec in found.items()
    ]


def _of_prometheus(release: Release) -> Mapping[str, Spec]:
    template = _at(release.values, "prometheus", "prometheusSpec", "storageSpec", "volumeClaimTemplate")
    if not template:
        return {}
    prometheus = f"prometheus-{release.name}-kube-prometheus-prometheus"
    return {f"{prometheus}-db-{prometheus}-0": template["spec"]}


def _of_loki(release: Release) -> Mapping[str, Spec]:
    persistence = _at(release.values, "singleBinary", "persistence")
    if not persistence:
        return {}
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": persistence["storageClass"],
        "resources": {"requests": {"storage": persistence["size"]}},
    }
    return {f"storage-{release.name}-0": spec}


def _at(values: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """What stands there; nothing where something on the way is left out."""
    for name in path:
        values = values.get(name) or {}
    return values


ASKED: Mapping[str, Callable[[Release], Mapping[str, Spec]]] = {
    "kube-prometheus-stack": _of_prometheus,
    "loki": _of_loki,
}
"""By the chart's name: names of claims, and what each asks for."""
