"""What a change does to data where no property replaces its holder: AWS refuses the update, or makes a value anew."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from commands.diff.changes import Difference, Impact, ResourceChange
from commands.diff.subnets import Network
from commands.diff.versions import MAJOR_BY_HAND, NEVER_DOWN, PROPERTIES, is_lower
from commands.flattened import Template

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type
GENERATED = "GenerateSecretString"
WRITTEN = "SecretString"
NOT_MOVED = (
    "no subnet of it stays, and AWS does not move it to others: it may be replaced, or the update fails"
)
GENERATED_ANEW = f"{GENERATED} changes, so another value is generated in place of the one that is there"
WRITTEN_OVER = f"{WRITTEN} changes: a value that somebody put in since is written over"
UPGRADE = "the update fails, or upgrades it for good"
NOT_ALLOWED = "the update fails without AllowMajorVersionUpgrade, and with it upgrades for good"
INSTANCE = "AWS::RDS::DBInstance"
"""Of which alone a template can say AllowMajorVersionUpgrade."""
IN_PLACE = (Impact.may_be_replaced, Impact.changed, Impact.follows)


def with_perils(
    resources: Iterable[ResourceChange], before: Template, after: Template
) -> Iterator[ResourceChange]:
    """The changes with what they do to data; a holder whose own properties stay is added where its subnets go."""
    changes = {each.address: each for each in resources}
    gone = {each.address for each in changes.values() if each.impact in (Impact.replaced, Impact.removed)}
    was, now = Network(before, gone), Network(after, gone)
    for address in sorted(before["Resources"].keys() | changes.keys()):
        change = changes.get(address)
        if change and change.impact not in IN_PLACE:
            yield change
            continue
        if was.loses(address, now):
            kind = before["Resources"][address]["Type"]
            change = change or ResourceChange(address=address, kind=kind, impact=Impact.may_be_replaced)
            change = replace(change, impact=Impact.may_be_replaced, lost=NOT_MOVED)
        if change:
            yield _judged(change, after)


def _judged(change: ResourceChange, after: Template) -> ResourceChange:
    """With what its own properties do to data."""
    if change.kind == SECRET:
        touched = {each.path.partition(".")[0] for each in change.differences}
        touched |= {cause.property for cause in change.causes if cause.because}
        if GENERATED in touched:
            return replace(change, lost=GENERATED_ANEW)
        return replace(change, doubts=(*change.doubts, WRITTEN_OVER)) if WRITTEN in touched else change
    refused = _downgrade(change)
    if refused is None and change.kind in MAJOR_BY_HAND:
        refused = _upgrade(change.differences, after, change.address)
    return replace(change, lost="; ".join(filter(None, (change.lost, refused)))) if refused else change


def _downgrade(change: ResourceChange) -> str | None:
    """A lower version of the same engine."""
    if any(each.path == "Engine" for each in change.differences):
        return None
    for each in change.differences:
        match each.path, each.old, each.new:
            case path, str(old), str(new) if path == PROPERTIES.get(change.kind) and is_lower(old, new):
                return f"{path} {old} → {new}: {NEVER_DOWN}"
    return None


def _upgrade(differences: Iterable[Difference], after: Template, address: str) -> str | None:
    """Another major version that nothing allows."""
    properties = after["Resources"][address].get("Properties", {})
    for each in differences:
        if each.path != "EngineVersion" or not (isinstance(each.old, str) and isinstance(each.new, str)):
            continue
        parts = 1 if "postgres" in str(properties.get("Engine")) else 2
        majors = [version.split(".")[:parts] for version in (each.old, each.new)]
        if majors[0] != majors[1] and str(properties.get("AllowMajorVersionUpgrade")).lower() != "true":
            what = NOT_ALLOWED if after["Resources"][address]["Type"] == INSTANCE else UPGRADE
            return f"{each.old} → {each.new} is another major version: {what}"
    return None
