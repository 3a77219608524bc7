"""The pods that manifests describe, whatever makes them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TEMPLATE = ("spec", "template")
TEMPLATES = {
    "Pod": (),
    "Deployment": TEMPLATE,
    "StatefulSet": TEMPLATE,
    "DaemonSet": TEMPLATE,
    "ReplicaSet": TEMPLATE,
    "Rollout": TEMPLATE,
    "Job": TEMPLATE,
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind has its pod template."""


@dataclass(frozen=True, kw_only=True)
class PodTemplate:
    """The pods of one manifest."""

    kind: str
    namespace: str
    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    spec: Mapping[str, Any]
    manifest: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"

    @property
    def containers(self) -> list[Mapping[str, Any]]:
        """Those that run, those that run before, and those for debugging."""
        kinds = ("initContainers", "containers", "ephemeralContainers")
        return [container for kind in kinds for container in self.spec.get(kind, [])]

    @property
    def ports(self) -> dict[str, int]:
        """Ports by name; those without a name under their number."""
        return {
            port.get("name", str(port["containerPort"])): port["containerPort"]
            for container in self.containers
            for port in container.get("ports", [])
        }


def pods_of(manifests: Iterable[Mapping[str, Any]]) -> list[PodTemplate]:
    """Every pod template, in the order of the manifests."""
    return list(_pods_of(manifests))


def _pods_of(manifests: Iterable[Mapping[str, Any]]) -> Iterator[PodTemplate]:
    for manifest in manifests:
        if manifest["kind"] not in TEMPLATES:
            continue
        template: Mapping[str, Any] = manifest
        for step in TEMPLATES[manifest["kind"]]:
            template = template[step]
        about = template.get("metadata", {})
        yield PodTemplate(
            kind=manifest["kind"],
            namespace=manifest["metadata"]["namespace"],
            name=manifest["metadata"]["name"],
            labels=about.get("labels", {}),
            annotations=about.get("annotations", {}),
            spec=template["spec"],
            manifest=manifest,
        )


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector takes the labels; an empty one takes all, a missing one none."""
    if selector is None:
        return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        _holds(expression, labels) for expression in selector.get("matchExpressions", [])
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values", [])
    match expression["operator"]:
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case unknown:
            raise ValueError(f"{unknown!r} is no operator of a label selector")
