"""Replaces what a template says of the bootstrap bucket by paths inside the bundle.

Only the three properties that `aws cloudformation package` uploads for are touched, and only where their value names an
asset of the assembly. What would still need a bootstrapped account afterwards is an error.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import relpath
from typing import Any

from commands.assembly import NESTED
from commands.bundle.places import BundleError, Contents

Template = dict[str, Any]
UPLOADED = {
    NESTED: "TemplateURL",
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
}
"""The property of each type in which a path may stand."""
OBJECT = {"S3Bucket", "S3Key"}
"""What `package` writes in place of the path of code; more beside them would be lost."""
BOOTSTRAP = ("hnb659fds", "cdk-bootstrap", "BootstrapVersion")
"""Names of the bootstrap stack and of what the CDK checks it by."""


def rewritten(template: Template, contents: Contents, *, place: PurePosixPath) -> Template:
    """The template, `place` being its own path in the bundle; paths in it are relative to its folder.

    Raises:
        BundleError: An asset, or anything of the bootstrap stack, is named elsewhere.
    """
    body = copy.deepcopy(template)
    for logical_id, resource in body.get("Resources", {}).items():
        name = UPLOADED.get(resource["Type"])
        value = resource.get("Properties", {}).get(name)
        found = _assets(value, contents.places) if name and value is not None else set()
        if not found:
            continue
        if len(found) > 1 or (resource["Type"] != NESTED and not value.keys() <= OBJECT):
            raise BundleError(f"{place}: {logical_id}.{name} is more than the place of one asset")
        target = contents.places[found.pop()]
        resource["Properties"][name] = relpath(target, place.parent)
    _refuse_leftovers(body, contents, place)
    return body


def _assets(value: Any, places: Mapping[str, PurePosixPath]) -> set[str]:
    text = json.dumps(value)
    return {hash_ for hash_ in places if hash_ in text}


def _refuse_leftovers(body: Template, contents: Contents, place: PurePosixPath) -> None:
    markers = (*contents.places, *sorted(contents.staging), *BOOTSTRAP)
    for path, text in _texts(body):
        if any(marker in text for marker in markers):
            raise BundleError(
                f"{place}: {path} still needs the bootstrap stack ({text[:100]}); "
                "a bundle carries assets as TemplateURL, Code or Content alone"
            )


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every key and every string, with where it stands."""
    match value:
        case str():
            yield path, value
        case dict():
            for key, each in value.items():
                below = f"{path}.{key}" if path else key
                yield below, key
                yield from _texts(each, below)
        case list():
            for index, each in enumerate(value):
                yield from _texts(each, f"{path}[{index}]")
