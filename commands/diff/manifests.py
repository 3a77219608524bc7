"""Kubernetes manifests, object by object."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from commands.diff.changes import Impact, ManifestChange
from commands.diff.values import differences

Object = dict[str, Any]
MUTABLE = {
    "PersistentVolumeClaim": ("resources", "volumeAttributesClassName"),
    "StatefulSet": (
        "minReadySeconds",
        "ordinals",
        "persistentVolumeClaimRetentionPolicy",
        "replicas",
        "revisionHistoryLimit",
        "template",
        "updateStrategy",
    ),
}
"""Kinds that hold data, and the fields of their `spec` that Kubernetes lets change; another must be deleted first."""
TAKES_DATA_ALONG = {*MUTABLE, "Namespace", "PersistentVolume"}


def objects(assembly: Path | None, deployment: str) -> dict[str, Object]:
    """The objects of a deployment under `Kind/namespace/name`; none where the assembly has no manifests."""
    folder = assembly / "manifests" / deployment if assembly else None
    found: dict[str, Object] = {}
    for file in sorted(folder.rglob("*.yaml")) if folder else ():
        for body in YAML(typ="safe").load_all(file.read_text()):
            for each in _listed(body):
                found[_address(each)] = each
    return found


def compared(before: dict[str, Object], after: dict[str, Object]) -> Iterator[ManifestChange]:
    """What becomes of each object that does not stay as it is."""
    for address in sorted(before.keys() | after.keys()):
        old, new = before.get(address), after.get(address)
        if old is None:
            yield ManifestChange(address=address, impact=Impact.added)
        elif new is None:
            lost = "deleting it deletes data" if old["kind"] in TAKES_DATA_ALONG else None
            yield ManifestChange(address=address, impact=Impact.removed, lost=lost)
        elif found := tuple(differences(old, new)):
            yield ManifestChange(
                address=address, impact=Impact.changed, differences=found, lost=_immutable(old, new)
            )


def _listed(body: Object | None) -> list[Object]:
    if not body:
        return []
    return list(body["items"]) if body["kind"] == "List" else [body]


def _address(each: Object) -> str:
    """The API group tells kinds of one name apart, where it is not Kubernetes' own."""
    group, _, _ = each["apiVersion"].rpartition("/")
    kind = f"{each['kind']}.{group}" if "." in group and not group.endswith(".k8s.io") else each["kind"]
    metadata = each["metadata"]
    return "/".join(filter(None, (kind, metadata.get("namespace"), metadata["name"])))


def _immutable(old: Object, new: Object) -> str | None:
    if new["kind"] not in MUTABLE:
        return None
    before, after = old.get("spec", {}), new.get("spec", {})
    fixed = [
        key
        for key in sorted(before.keys() | after.keys())
        if key not in MUTABLE[new["kind"]] and before.get(key) != after.get(key)
    ]
    return f"spec.{fixed[0]} cannot change: it must be deleted and made anew" if fixed else None
