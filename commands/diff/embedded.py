"""Kubernetes objects that a template applies itself, as JSON in a property of a resource of the CDK."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from commands.diff.changes import HIDDEN, Difference, Impact, ResourceChange
from commands.diff.manifests import address
from commands.diff.values import text
from commands.flattened import Template
from commands.manifest_files import BadManifest, Object, unpacked

APPLIES = "Custom::AWSCDK-EKS-KubernetesResource"
PROPERTY = "Manifest"
BARE = re.compile(r"([:\[,]\s*)(\$\{[^{}\"]*\})")
"""A value that CloudFormation puts in where JSON has a number."""


Objects = dict[str, Object]


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """The objects under `address of the resource:Kind/namespace/name`, and the resources that cannot be read."""

    objects: Objects
    unreadable: frozenset[str]

    def applies(self, name: str, body: Object) -> bool:
        """Whether one of them is the object of that `Kind/namespace/name`, as it is."""
        return any(key.partition(":")[2] == name and each == body for key, each in self.objects.items())


def embedded(template: Template) -> Embedded:
    """What the template applies."""
    objects: Objects = {}
    unreadable = set()
    for name, resource in template["Resources"].items():
        if resource["Type"] == APPLIES:
            try:
                for each in _objects(resource.get("Properties", {}).get(PROPERTY)):
                    objects[f"{name}:{address(each)}"] = each
            except (ValueError, BadManifest):
                unreadable.add(name)
    return Embedded(objects=objects, unreadable=frozenset(unreadable))


def each_once(files: tuple[Objects, Objects], applied: tuple[Embedded, Embedded]) -> tuple[Objects, Objects]:
    """All objects of both sides; one that stands in the files and that the template applies is the template's alone.

    Where only one side applies it, as where GitOps comes or goes, the one of the files stays to be compared.
    """
    twice = {
        name
        for name in files[0].keys() | files[1].keys()
        if all(
            name not in there or has.applies(name, there[name])
            for there, has in zip(files, applied, strict=True)
        )
    }
    before, after = (
        {name: body for name, body in there.items() if name not in twice} | has.objects
        for there, has in zip(files, applied, strict=True)
    )
    return before, after


def without_objects(
    resources: Iterable[ResourceChange], before: Embedded, after: Embedded
) -> Iterator[ResourceChange]:
    """The resources without what is told object by object, and never with the text itself: a Secret may be in it."""
    for change in resources:
        rest = tuple(each for each in change.differences if not _is_manifest(each))
        if change.kind != APPLIES or rest == change.differences:
            yield change
        elif change.address in before.unreadable | after.unreadable:
            hidden = Difference(path=PROPERTY, old=HIDDEN, new=HIDDEN)
            doubt = f"{PROPERTY} cannot be read: what becomes of its objects is not judged"
            yield replace(change, differences=(*rest, hidden), doubts=(*change.doubts, doubt))
        elif rest or change.impact is not Impact.changed:
            yield replace(change, differences=rest)


def replaced(resources: Iterable[ResourceChange], before: Embedded) -> set[str]:
    """The objects whose resource is made anew."""
    anew = {each.address for each in resources if each.impact is Impact.replaced}
    return {each for each in before.objects if each.partition(":")[0] in anew}


def _objects(manifest: Any) -> Iterator[Object]:
    written = text(manifest)
    try:
        read = json.loads(written)
    except ValueError:
        read = json.loads(BARE.sub(r'\1"\2"', written))
    for each in read if isinstance(read, list) else [read]:
        yield from unpacked(each, PROPERTY)


def _is_manifest(difference: Difference) -> bool:
    return re.split(r"[.\[ ]", difference.path, maxsplit=1)[0] == PROPERTY
