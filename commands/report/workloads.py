"""What runs on Kubernetes, and how much of a node each workload asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import autoscalers
from commands.manifest_files import Object, namespace, objects

ONE_EACH_NODE = "one per node"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One container of a workload; `requests` and `limits` are as written, such as `cpu 500m, memory 1Gi`."""

    kind: str
    namespace: str
    name: str
    replicas: str
    container: str
    image: str
    requests: str
    limits: str


def workloads(assembly: Path, deployment: str) -> list[Workload]:
    """Everything with containers in the deployment's manifests, autoscaled ones with the range of replicas.

    Raises:
        BadManifest: A file of the manifests is none.
    """
    found = objects(assembly, deployment)
    scaled = autoscalers.ranges(found)
    return [one for each in found for one in _containers(each, scaled.get(autoscalers.workload(each)))]


def _containers(manifest: Object, scaled: str | None) -> Iterator[Workload]:
    pod = _pod(manifest)
    for key in ("initContainers", "containers"):
        for container in pod.get(key) or []:
            resources = container.get("resources") or {}
            yield Workload(
                kind=manifest["kind"],
                namespace=namespace(manifest),
                name=manifest["metadata"]["name"],
                replicas=scaled or _replicas(manifest),
                container=container["name"] + (" (first)" if key == "initContainers" else ""),
                image=container.get("image", ""),
                requests=_amounts(resources.get("requests")),
                limits=_amounts(resources.get("limits")),
            )


def _pod(manifest: Object) -> Object:
    """What a custom object calls its template may be anything."""
    path = {"Pod": (), "CronJob": ("jobTemplate", "spec", "template", "spec")}
    pod = manifest.get("spec")
    for key in path.get(manifest["kind"], ("template", "spec")):
        pod = pod.get(key) if isinstance(pod, dict) else None
    return pod if isinstance(pod, dict) else {}


def _replicas(manifest: Object) -> str:
    if manifest["kind"] == "DaemonSet":
        return ONE_EACH_NODE
    replicas = manifest["spec"].get("replicas")
    return str(1 if replicas is None else replicas)


def _amounts(amounts: dict[str, Any] | None) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in (amounts or {}).items()) or "none"
