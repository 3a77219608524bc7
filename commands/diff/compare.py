"""Compares both assemblies, deployment by deployment."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from commands.diff import code, manifests
from commands.diff.changes import DeploymentChange, Impact, Permission, ResourceChange
from commands.diff.embedded import each_once, embedded, without_objects
from commands.diff.embedded import replaced as replaced_by
from commands.diff.filled import filled
from commands.diff.judgement import Judged, judged, renewed
from commands.diff.perils import with_perils
from commands.diff.resources import named, resource
from commands.diff.sides import Side
from commands.flattened import Template, flattened
from commands.manifest_files import BadManifest, Object


def compared(base: Side, tree: Side) -> list[DeploymentChange]:
    """What changes in each deployment, those that stay as they are among them."""
    names = sorted({*base.deployments, *tree.deployments})
    pairs = {name: filled(_template(base, name), _template(tree, name)) for name in names}
    judgement = judged(pairs)
    return [_deployment(name, judgement[name], pairs[name], base, tree) for name in names]


def _template(side: Side, name: str) -> Template:
    """With resources in any case; a deployment that the side lacks has none."""
    none: Template = {"Resources": {}}
    if side.assembly is None or name not in side.stacks:
        return none
    return none | flattened(side.assembly, name)


def _deployment(
    name: str, said: Judged, pair: tuple[Template, Template], base: Side, tree: Side
) -> DeploymentChange:
    new = set(renewed(*pair))
    assets = [
        code.Assets(assembly=side.assembly if name in side.deployments else None, deployment=name)
        for side in (base, tree)
    ]
    resources, coded = _without_code([resource(each, new) for each in said["resources"]], pair[1], *assets)
    was, now = (embedded(template) for template in pair)
    files = _objects(assets[0], "the base"), _objects(assets[1], "the working tree")
    before, after = each_once(files, (was, now))
    return DeploymentChange(
        deployment=name,
        is_new=name not in base.deployments,
        is_gone=name not in tree.deployments,
        resources=tuple(with_perils(without_objects(resources, was, now), *pair)),
        code=tuple(code.changes(coded, *assets)),
        iam=tuple(_iam(said)),
        security_groups=tuple(_rules(said)),
        parameters=named(said["parameters"]),
        outputs=named(said["outputs"]),
        others=named(said["others"]),
        manifests=tuple(manifests.compared(before, after, replaced_by(resources, was))),
    )


def _objects(side: code.Assets, called: str) -> dict[str, Object]:
    try:
        return manifests.objects(side.assembly, side.deployment)
    except BadManifest as error:
        raise BadManifest(f"manifests of {side.deployment} in {called}, {error}") from None


def _without_code(
    resources: list[ResourceChange], template: Template, before: code.Assets, after: code.Assets
) -> tuple[list[ResourceChange], code.Users]:
    """A changed hash says nothing to a reader: it is taken out of the resources, and told as code."""
    users: code.Users = defaultdict(list)
    rest = []
    for change in resources:
        told = [(each, code.hashes(each, change.kind, before, after)) for each in change.differences]
        for _, found in told:
            if found:
                users[found].append((change.address, template["Resources"][change.address]))
        kept = tuple(difference for difference, found in told if not found)
        if kept or change.impact is not Impact.changed:
            rest.append(replace(change, differences=kept))
    return rest, users


def _iam(said: Judged) -> Iterator[Permission]:
    for each in said["statements"]:
        who = f" by {each['principal']}" if each["principal"] else ""
        when = f" when {each['condition']}" if each["condition"] else ""
        text = " ".join(f"{each['effect']} {each['action']}{who}{when}".split())
        yield Permission(sign=each["sign"], subject=" ".join(each["resource"].split()), text=text)
    for each in said["managedPolicies"]:
        yield Permission(sign=each["sign"], subject=each["identity"], text=f"has {each['policy']}")


def _rules(said: Judged) -> Iterator[Permission]:
    for each in said["rules"]:
        text = f"{each['direction']} {each['protocol']} {each['peer']}"
        yield Permission(sign=each["sign"], subject=each["group"], text=text)
