"""What the library says of one resource, or of another part of a template, in our words."""

from collections.abc import Iterator
from typing import Any

from commands.diff.changes import Cause, Difference, Impact, ResourceChange
from commands.diff.judgement import Judged
from commands.diff.values import differences
from commands.stateful import LEFT_BEHIND

IMPACTS = {
    "WILL_REPLACE": Impact.replaced,
    "MAY_REPLACE": Impact.may_be_replaced,
    "WILL_DESTROY": Impact.removed,
    "WILL_ORPHAN": Impact.removed,
    "WILL_CREATE": Impact.added,
}
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
OWN_JUDGEMENT = ("Custom::", "AWS::CloudFormation::CustomResource")
"""Types of which the handler decides what a change does."""


def resource(said: Judged, new_anyway: set[str]) -> ResourceChange:
    """What becomes of it; `new_anyway` are the addresses in nested stacks that are made anew."""
    old, new = said.get("old") or {}, said.get("new") or {}
    kind = (old or new)["Type"]
    told = (*_type(old, new), *named(said["properties"]), *named(said["attributes"]))
    impact = IMPACTS.get(said["impact"], Impact.changed if told else Impact.follows)
    kept = {
        Impact.removed: old.get("DeletionPolicy"),
        Impact.replaced: new.get("UpdateReplacePolicy"),
    }.get(impact)
    return ResourceChange(
        address=said["address"],
        kind=kind,
        impact=impact,
        differences=told,
        causes=tuple(_causes(said, new_anyway)),
        kept=kept if kept in LEFT_BEHIND else None,
        weakened=tuple(
            Difference(path=policy, old=old[policy], new=new.get(policy, "Delete"))
            for policy in POLICIES
            if new and old.get(policy) in LEFT_BEHIND and new.get(policy) not in LEFT_BEHIND
        ),
        doubts=tuple(_doubts(said, kind)),
    )


def _type(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    if old and new and old["Type"] != new["Type"]:
        yield Difference(path="Type", old=old["Type"], new=new["Type"])


def _causes(said: Judged, new_anyway: set[str]) -> Iterator[Cause]:
    if said["address"] in new_anyway:
        yield Cause(property="the logical ID of its nested stack")
    old, new = said.get("old"), said.get("new")
    if old and new and old["Type"] != new["Type"]:
        yield Cause(property="Type")
    for each in sorted(said["properties"], key=lambda each: each["impact"] != "WILL_REPLACE"):
        if each["because"] or IMPACTS.get(each["impact"]):
            certain = each["impact"] != "MAY_REPLACE"
            yield Cause(property=each["name"], because=tuple(each["because"]), is_certain=certain)


def _doubts(said: Judged, kind: str) -> Iterator[str]:
    """Only of what changes in place: what is added or removed needs no judgement."""
    if not (said.get("old") and said.get("new")) or kind.startswith(OWN_JUDGEMENT):
        return
    if said["old"]["Type"] != said["new"]["Type"]:
        yield "CloudFormation refuses another type under the same logical ID"
        return
    if not said["known"]:
        yield f"unknown type {kind}: a replacement would not be seen"
        return
    for each in said["properties"]:
        if not each["known"]:
            yield f"unknown property {each['name']} of {kind}: a replacement would not be seen"


def named(said: list[Judged]) -> tuple[Difference, ...]:
    """Where named parts of a template differ."""
    return tuple(difference for each in said for difference in _differing(each))


def _differing(said: Judged) -> Iterator[Difference]:
    old, new = said.get("old"), said.get("new")
    found = list(differences(old, new, said["name"]))
    if not found and old != new:
        yield Difference(path=f"{said['name']} (order)", old=old, new=new)
    yield from found
