"""Which data went with a deployment: what held it is deleted, or another stands in its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from commands.assembly import in_stack
from commands.diff.manifests import DELETES, address
from commands.local.account import DeployedStack
from commands.local.clusters import Recorded
from commands.local.emulator.kubernetes.references import is_default_class
from commands.local.report import short_name
from commands.stateful import HOLDS_DATA

NESTED = "AWS::CloudFormation::Stack"
"""What is in one speaks for itself."""
CLAIM = "PersistentVolumeClaim"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Something that holds data; `id` tells it from what has its name later, `survives` why its data outlives it."""

    name: str
    id: str
    survives: str = ""


Holders = Mapping[str, Holder]


def holders(stacks: Iterable[DeployedStack], clusters: Iterable[Recorded]) -> Holders:
    """All of them by name: resources of a deployment's stacks, the root first, and objects in clusters."""
    found = [*_resources(list(stacks)), *(each for cluster in clusters for each in _objects(cluster))]
    return {each.name: each for each in found}


def lost(before: Holders, after: Holders, *, retained: Iterable[str] = ()) -> Iterator[tuple[str, bool]]:
    """A line for each that is gone or is another now, and whether what it held stays.

    retained: ids of what stays in the account all the same.
    """
    kept = set(retained)
    for name, was in before.items():
        now = after.get(name)
        if now is None or now.id != was.id:
            why = was.survives or ("the template retains it" if was.id in kept else "")
            stays = f"; what it held stays, {why}" if why else ""
            yield f"{'replaced' if now else 'deleted'}: {name}{stays}", bool(why)


def _resources(stacks: list[DeployedStack]) -> Iterator[Holder]:
    for stack in stacks:
        path = "" if stack.is_root else short_name(stack.name, stacks[0].name)
        for each in stack.resources:
            if each.type in HOLDS_DATA - {NESTED}:
                yield Holder(name=f"{in_stack(path, each.logical_id)} {each.type}", id=each.physical_id)


def _objects(cluster: Recorded) -> Iterator[Holder]:
    manifests = [each["manifest"] for each in cluster["objects"]]
    for each in manifests:
        if each["kind"] in DELETES:
            yield Holder(
                name=f"{address(each)} in cluster {cluster['cluster']}",
                id=address(each),
                survives=_retention(each, manifests) if each["kind"] == CLAIM else "",
            )


def _retention(claim: Mapping[str, Any], manifests: list[Mapping[str, Any]]) -> str:
    """The class of the claim, or the default one, if it retains volumes."""
    named = claim["spec"].get("storageClassName")
    for each in manifests:
        name = each["metadata"]["name"]
        if (each["kind"], name) == ("StorageClass", named) or (not named and is_default_class(each)):
            return f"class {name} retains it" if each.get("reclaimPolicy") == "Retain" else ""
    return ""
