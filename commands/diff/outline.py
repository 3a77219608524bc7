"""The changes as headings, entries and details, the same for every way to print them."""

from collections import Counter
from dataclasses import dataclass

from commands.diff.changes import DeploymentChange, Impact
from commands.diff.entries import Entry, code, manifest, permission, resource, values


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and its entries."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One deployment."""

    deployment: str
    summary: str
    sections: tuple[Section, ...] = ()


def chapter(change: DeploymentChange) -> Chapter:
    """What a reader is told of one deployment, the gravest first."""
    if change.is_empty:
        return Chapter(deployment=change.deployment, summary="no change")
    if change.is_new or change.is_gone:
        return _one_sided(change)
    *graver, added = (
        Section(title=_title(impact), entries=tuple(map(resource, change.with_impact(impact))))
        for impact in Impact
    )
    sections = (
        *graver,
        Section(title="Code", entries=tuple(map(code, change.code))),
        added,
        Section(title="IAM", entries=tuple(map(permission, change.iam))),
        Section(title="Security groups", entries=tuple(map(permission, change.security_groups))),
        Section(title="Parameters", entries=tuple(values(change.parameters))),
        Section(title="Outputs", entries=tuple(values(change.outputs))),
        Section(title="Rest of the template", entries=tuple(values(change.others))),
        Section(title="Manifests", entries=tuple(map(manifest, change.manifests))),
    )
    return Chapter(
        deployment=change.deployment,
        summary=_summary(change),
        sections=tuple(section for section in sections if section.entries),
    )


def _one_sided(change: DeploymentChange) -> Chapter:
    """All of it comes or goes: what holds data by name, the rest counted."""
    sign, word = ("-", "gone") if change.is_gone else ("+", "new")
    counted = Counter(each.kind for each in change.resources)
    kinds = tuple(
        Entry(sign=sign, subject=kind, words=f"× {count}") for kind, count in sorted(counted.items())
    )
    holding = tuple(resource(each) for each in change.resources if change.is_gone and each.holds_data)
    objects = tuple(map(manifest, change.manifests))
    sections = (
        Section(title="What holds data", entries=holding),
        Section(title="Resources by type", entries=kinds),
        Section(title="Manifests", entries=objects),
    )
    what = f"{len(change.resources)} resource{'' if len(change.resources) == 1 else 's'}"
    if objects:
        what += f", {len(objects)} manifest{'' if len(objects) == 1 else 's'}"
    return Chapter(
        deployment=change.deployment,
        summary=f"{word} as a whole: {what}",
        sections=tuple(section for section in sections if section.entries),
    )


def _summary(change: DeploymentChange) -> str:
    counts = [(len(change.with_impact(impact)), impact.value, impact.value) for impact in Impact]
    functions = sum(len(each.functions) for each in change.code)
    counts += [
        (functions, "function with other code", "functions with other code"),
        (len(change.iam), "IAM change", "IAM changes"),
        (len(change.security_groups), "security-group rule", "security-group rules"),
        (len(change.parameters), "parameter value", "parameter values"),
        (len(change.outputs), "output value", "output values"),
        (len(change.others), "other value", "other values"),
        (len(change.manifests), "manifest", "manifests"),
    ]
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def _title(impact: Impact) -> str:
    return impact.value[0].upper() + impact.value[1:]
