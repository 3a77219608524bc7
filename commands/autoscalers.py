"""How many pods autoscalers give to the workloads of manifests."""

from collections.abc import Iterable, Mapping
from typing import Any

from commands.manifest_files import namespace

Workload = tuple[str, str, str]
"""Kind, namespace and name: two namespaces may have workloads of one name."""


def workload(manifest: Mapping[str, Any]) -> Workload:
    """What an autoscaler finds it by."""
    return manifest["kind"], namespace(manifest), manifest["metadata"]["name"]


def ranges(manifests: Iterable[Mapping[str, Any]]) -> dict[Workload, str]:
    """The range of each workload that is scaled, such as `2–10`."""
    return {
        (
            target.get("kind", ""),
            namespace(each),
            target["name"],
        ): f"{spec.get('minReplicas', 1)}–{spec['maxReplicas']}"
        for each in manifests
        if each["kind"] == "HorizontalPodAutoscaler"
        for spec in [each["spec"]]
        for target in [spec["scaleTargetRef"]]
    }
