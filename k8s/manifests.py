"""Charts become plain manifests, complete and in the order of applying."""

import struct
from collections.abc import Callable, Iterator
from typing import Any

from cdk8s import App, Chart, Testing

from k8s.order import CLUSTER_SCOPED, place

Manifest = dict[str, Any]
Identity = tuple[str, str, str | None, str]
"""API group, kind, namespace and name: two objects with one identity are one object in the cluster."""
TOKEN_MARKS = ("${Token[", "#{Token[")
NUMBER_TOKEN = b"\xfb\xff"
"""How the CDK begins the eight bytes of a number that stands for a token (-1.88e+289)."""


class BadManifest(ValueError):
    """What a chart made cannot be applied as it is."""


class TokenInManifest(BadManifest):
    """A value that only CloudFormation knows was handed to a chart."""


def render(charts: Callable[[App], object]) -> list[Manifest]:
    """The manifests of all charts that the function adds to the app.

    Raises:
        TokenInManifest: A value is a token of the CDK.
        BadManifest: A value is null, a namespace is missing, or two objects have one identity.
        UnknownKind: A kind has no place in the order of applying.
    """
    app = App()
    charts(app)
    made = [chart for chart in app.node.find_all() if isinstance(chart, Chart)]
    found = [manifest for chart in made for manifest in Testing.synth(chart)]
    seen: set[Identity] = set()
    for manifest in found:
        _refuse_what_is_incomplete(manifest)
        if (identity := identity_of(manifest)) in seen:
            raise BadManifest(f"{title(manifest)} is there twice; give one of them another name")
        seen.add(identity)
    return sorted(found, key=_position)


def identity_of(manifest: Manifest) -> Identity:
    """What tells the object from every other in the cluster."""
    group = manifest["apiVersion"].rpartition("/")[0]
    about = manifest["metadata"]
    return group, manifest["kind"], about.get("namespace"), about["name"]


def title(manifest: Manifest) -> str:
    """Kind, namespace and name, for messages."""
    _, kind, namespace, name = identity_of(manifest)
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def _position(manifest: Manifest) -> tuple[int, str, str]:
    _, kind, namespace, name = identity_of(manifest)
    return place(kind), namespace or "", name


def _refuse_what_is_incomplete(manifest: Manifest) -> None:
    for path, value in _leaves(manifest, ""):
        if _is_token(value):
            raise TokenInManifest(
                f"{title(manifest)}: {path} holds a CDK token, which only CloudFormation can resolve; "
                "hand the chart the name of a secret or parameter instead, or a value from the settings"
            )
        if value is None:
            raise BadManifest(f"{title(manifest)}: {path} is null; leave it out or give it a value")
    scoped = manifest["kind"] in CLUSTER_SCOPED
    if scoped == ("namespace" in manifest["metadata"]):
        told = "takes no namespace" if scoped else "needs a namespace, or it would land in the caller's"
        raise BadManifest(f"{title(manifest)}: the kind {told}")


def _leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every key and every value that is no container, with its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            here = f"{path}.{key}" if path else key
            yield f"{here} (its key)", key
            yield from _leaves(value, here)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, f"{path}[{index}]")
    else:
        yield path, node


def _is_token(value: Any) -> bool:
    if isinstance(value, str):
        return any(mark in value for mark in TOKEN_MARKS)
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        try:
            return struct.pack(">d", value).startswith(NUMBER_TOKEN)
        except OverflowError:
            return False
    return False
