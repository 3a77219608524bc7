"""What a change must not do unless somebody has said that it may."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from commands.diff.accepted import FILE, WHOLE, Accepted
from commands.diff.changes import DeploymentChange, Impact, Permission, ResourceChange
from commands.diff.losses import listed, losses
from commands.diff.values import shown

MOVED = (Impact.replaced, Impact.may_be_replaced, Impact.removed)


class Gate(StrEnum):
    """What `FAIL_ON` asks for, beside the loss of data, on which it always fails."""

    replacement = "replacement"
    removal = "removal"
    iam = "iam"
    security_groups = "security-groups"
    stateful = "stateful"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What fails the gate, and what a reader should know; a line each."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()


def verdict(
    changes: Sequence[DeploymentChange],
    *,
    fail_on: Collection[Gate] = (),
    accepted: Sequence[Accepted] = (),
    before: Collection[Accepted] = (),
) -> Verdict:
    """Judge the changes; `accepted` are the entries of the working tree, `before` those that the base has already."""
    fresh = [entry for entry in accepted if entry not in before]
    errors: list[str] = []
    agreed: list[str] = []
    excused = {(entry.deployment, entry.address) for entry in fresh}
    for loss in [loss for change in changes for loss in losses(change)]:
        if found := next(filter(loss.matches, fresh), None):
            agreed.append(f"{loss.says}; accepted in {found.place}: {found.reason}")
            excused |= {(loss.deployment, follower) for follower in loss.followers}
        elif found := next(filter(loss.matches, accepted), None):
            errors.append(f"{loss.says}; {found.place} was for an earlier change, write its reason anew")
        else:
            errors.append(
                f"{loss.says}; if that is meant, add deployment, address {loss.address} and reason to {FILE}"
            )
    for change in changes:
        for gate in sorted(fail_on):
            if found_by_gate := list(_ASKED[gate](change, excused)):
                errors.append(f"{change.deployment}: {listed(found_by_gate)} (FAIL_ON={gate})")
    return Verdict(
        errors=tuple(errors),
        warnings=(*_weakened(changes), *_stale(changes, accepted)),
        accepted=tuple(agreed),
    )


def _weakened(changes: Sequence[DeploymentChange]) -> Iterator[str]:
    for change in changes:
        for each in change.resources:
            if each.holds_data and each.weakened:
                policies = ", ".join(f"{policy.path} {shown(policy)}" for policy in each.weakened)
                yield f"{change.deployment}: {each.address} ({each.kind}) is no longer kept: {policies}"


def _stale(changes: Sequence[DeploymentChange], accepted: Sequence[Accepted]) -> Iterator[str]:
    touched = {(change.deployment, address) for change in changes for address in _touched(change)}
    for entry in accepted:
        if (entry.deployment, entry.address) not in touched:
            yield f"{entry.place}: matches nothing that changes ({entry.deployment} {entry.address}); take it out"


def _touched(change: DeploymentChange) -> Iterator[str]:
    """What an entry may speak of."""
    if change.is_gone:
        yield WHOLE
    for each in change.resources:
        if each.weakened or each.lost or each.impact in MOVED:
            yield each.address
    yield from (each.address for each in change.manifests if each.lost)


Excused = Collection[tuple[str, str]]


def _resources(
    chosen: Callable[[ResourceChange], object],
) -> Callable[[DeploymentChange, Excused], Iterator[str]]:
    def found(change: DeploymentChange, excused: Excused) -> Iterator[str]:
        for each in change.resources:
            if chosen(each) and (change.deployment, each.address) not in excused:
                yield f"{each.address} {each.impact}"

    return found


def _permissions(found: Sequence[Permission]) -> Iterator[str]:
    """By what they are about: the statements are in the report."""
    counted = Counter(f"{each.sign} {each.subject}" for each in found)
    yield from (f"{subject} × {count}" if count > 1 else subject for subject, count in counted.items())


_ASKED: dict[Gate, Callable[[DeploymentChange, Excused], Iterator[str]]] = {
    Gate.replacement: _resources(lambda each: each.impact in (Impact.replaced, Impact.may_be_replaced)),
    Gate.removal: _resources(lambda each: each.impact is Impact.removed),
    Gate.stateful: _resources(
        lambda each: (
            each.holds_data and (each.weakened or (each.impact is Impact.may_be_replaced and not each.lost))
        )
    ),
    Gate.iam: lambda change, _: _permissions(change.iam),
    Gate.security_groups: lambda change, _: _permissions(change.security_groups),
}
