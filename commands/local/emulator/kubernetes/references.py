"""What an object names and the cluster must have by then."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8s.checks.known import External, Known, key_of, title_of
from k8s.checks.pods import pods_of
from k8s.checks.references import unresolved

Manifest = Mapping[str, Any]
NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""What every cluster is born with."""
BORN = tuple(External(kind="Namespace", name=name, why="every cluster has it") for name in NAMESPACES)
SELECTING = ("Service", "PodDisruptionBudget", "NetworkPolicy")
"""Kinds that are applied before the pods they select."""
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def missing(manifest: Manifest, there: Sequence[Manifest], externals: Sequence[External]) -> list[str]:
    """A line for each thing that the object names and that is neither `there` nor external."""
    externals = (*BORN, *externals, *_pull_secrets(manifest))
    known = Known([*_others(manifest, there), manifest], externals)
    namespace = manifest["metadata"].get("namespace")
    lines = [*known.needs("Namespace", None, namespace)] if namespace else []
    if manifest["kind"] in SELECTING:
        return lines
    # The whole cluster is looked through for the lines of one object: all of it is some hundred objects.
    title = f"{title_of(*key_of(manifest))}: "
    whole = unresolved(known.manifests, externals)
    lines += [line.removeprefix(title) for line in whole if line.startswith(title)]
    return [*dict.fromkeys([*lines, *_without_class(manifest, there)])]


def open_ends(there: Sequence[Manifest], externals: Sequence[External]) -> list[str]:
    """What selects nothing, once everything is applied."""
    titles = tuple(f"{title_of(*key_of(each))}: " for each in there if each["kind"] in SELECTING)
    return [line for line in unresolved(there, [*BORN, *externals]) if titles and line.startswith(titles)]


def is_default_class(manifest: Manifest) -> bool:
    """Whether it is the storage class of claims that name none."""
    annotations = manifest["metadata"].get("annotations") or {}
    return manifest["kind"] == "StorageClass" and annotations.get(DEFAULT_CLASS) == "true"


def _pull_secrets(manifest: Manifest) -> list[External]:
    """The logins of registries, which people bring; a pod is taken without them."""
    return [
        External(kind="Secret", namespace=pod.namespace, name=each["name"], why="somebody")
        for pod in pods_of([manifest])
        for each in pod.spec.get("imagePullSecrets", ())
    ]


def _others(manifest: Manifest, there: Sequence[Manifest]) -> list[Manifest]:
    return [each for each in there if key_of(each) != key_of(manifest)]


def _without_class(manifest: Manifest, there: Sequence[Manifest]) -> Iterator[str]:
    claims = [manifest] if manifest["kind"] == "PersistentVolumeClaim" else []
    if manifest["kind"] == "StatefulSet":
        claims = list(manifest["spec"].get("volumeClaimTemplates", ()))
    has_default = any(map(is_default_class, there))
    if not has_default and any("storageClassName" not in claim["spec"] for claim in claims):
        yield "asks for the default storage class, and the cluster has none"
