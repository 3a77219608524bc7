"""What runs on Kubernetes, and how much of a node each workload asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

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
    """Everything with containers in the deployment's manifests, autoscaled ones with the range of replicas."""
    objects = list(_objects(assembly / "manifests" / deployment))
    scaled = {
        (each["metadata"].get("namespace"), each["spec"]["scaleTargetRef"]["name"]): each["spec"]
        for each in objects
        if each["kind"] == "HorizontalPodAutoscaler"
    }
    return [workload for each in objects for workload in _containers(each, scaled)]


def _objects(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*.yaml")):
        yield from (each for each in YAML(typ="safe").load_all(file.read_bytes()) if each)


def _containers(manifest: dict[str, Any], scaled: dict[Any, Any]) -> Iterator[Workload]:
    metadata, pod = manifest["metadata"], _pod(manifest)
    for key in ("initContainers", "containers"):
        for container in pod.get(key, []):
            resources = container.get("resources", {})
            yield Workload(
                kind=manifest["kind"],
                namespace=metadata.get("namespace", "default"),
                name=metadata["name"],
                replicas=_replicas(manifest, scaled.get((metadata.get("namespace"), metadata["name"]))),
                container=container["name"] + (" (first)" if key == "initContainers" else ""),
                image=container.get("image", ""),
                requests=_amounts(resources.get("requests")),
                limits=_amounts(resources.get("limits")),
            )


def _pod(manifest: dict[str, Any]) -> dict[str, Any]:
    spec = manifest.get("spec") or {}
    if manifest["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    pod: dict[str, Any] = spec if manifest["kind"] == "Pod" else spec.get("template", {}).get("spec", {})
    return pod if isinstance(pod, dict) else {}


def _replicas(manifest: dict[str, Any], scaled: dict[str, Any] | None) -> str:
    if scaled:
        return f"{scaled.get('minReplicas', 1)}–{scaled['maxReplicas']}"
    if manifest["kind"] == "DaemonSet":
        return ONE_EACH_NODE
    return str(manifest["spec"].get("replicas", 1))


def _amounts(amounts: dict[str, Any] | None) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in (amounts or {}).items()) or "none"
