"""Kubernetes objects, one by one: those of the manifests and those that a template applies."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from commands import manifest_files
from commands.diff.changes import HIDDEN, Difference, Impact, ManifestChange
from commands.diff.harm import harm
from commands.diff.outages import taken_over
from commands.diff.strictly import differences
from commands.manifest_files import Object

DELETES = dict.fromkeys(
    ("Namespace", "PersistentVolume", "PersistentVolumeClaim", "Secret", "StatefulSet"),
    "deleting it deletes data",
) | {"CustomResourceDefinition": "deleting it deletes every object of its kind"}
"""Kinds that take something along when they go, and what."""
SHOWN_OF_SECRETS = ("apiVersion", "immutable", "kind", "metadata.labels", "type")
"""Annotations are not among them: some tools repeat the values there."""

GENERATED_KEYS, GENERATED = "pergola/generated", "(generated)"
"""The annotation of `k8s.local_secret`, and what stands here for such a value."""


def objects(assembly: Path | None, deployment: str) -> dict[str, Object]:
    """The objects of a deployment under `Kind/namespace/name`; none where the assembly has no manifests.

    Raises:
        BadManifest: A file of the manifests is none.
    """
    found = manifest_files.objects(assembly, deployment) if assembly else []
    return {address(each): _without_generated(each) for each in found}


def _without_generated(each: Object) -> Object:
    """Values that are made where manifests are written differ between two checkouts, and are no change."""
    named = (each["metadata"].get("annotations") or {}).get(GENERATED_KEYS)
    if not named or "stringData" not in each:
        return each
    return {**each, "stringData": {**each["stringData"], **dict.fromkeys(named.split(","), GENERATED)}}


def address(each: Object) -> str:
    """The API group tells kinds of one name apart, where it is not Kubernetes' own."""
    group, _, _ = each["apiVersion"].rpartition("/")
    kind = f"{each['kind']}.{group}" if "." in group and not group.endswith(".k8s.io") else each["kind"]
    metadata = each["metadata"]
    return "/".join(filter(None, (kind, metadata.get("namespace"), metadata["name"])))


def compared(
    before: dict[str, Object], after: dict[str, Object], replaced: Collection[str] = ()
) -> Iterator[ManifestChange]:
    """What becomes of each object that does not stay as it is; `replaced` are made anew whatever they say."""
    added = [after[each] for each in sorted(after.keys() - before.keys())]
    for each in sorted(before.keys() | after.keys()):
        old, new = before.get(each), after.get(each)
        if old is None:
            yield ManifestChange(address=each, impact=Impact.added)
        elif new is None:
            lost = DELETES.get(old["kind"]) or taken_over(old, added)
            yield ManifestChange(address=each, impact=Impact.removed, lost=lost)
        elif each in replaced and old["kind"] in DELETES:
            lost = f"what applies it is replaced, and deletes it at the end: {DELETES[old['kind']]}"
            yield ManifestChange(
                address=each, impact=Impact.replaced, differences=tuple(_told(old, new)), lost=lost
            )
        elif found := tuple(_told(old, new)):
            yield ManifestChange(address=each, impact=Impact.changed, differences=found, lost=harm(old, new))


def _told(old: Object, new: Object) -> Iterator[Difference]:
    """Of a Secret only where it differs, never a value."""
    is_secret = "Secret" in (old["kind"], new["kind"])
    for each in differences(old, new):
        if is_secret and not _is_shown(each.path):
            yield replace(each, old=_hidden(each.old), new=_hidden(each.new))
        else:
            yield each


def _is_shown(path: str) -> bool:
    return any(path == shown or path.startswith(f"{shown}.") for shown in SHOWN_OF_SECRETS)


def _hidden(value: object) -> str | None:
    return None if value is None else HIDDEN
