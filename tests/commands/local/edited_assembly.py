"""Changes a synthesized deployment as its source would: the edited template gets the name of its new contents.

One synthesis serves the whole life cycle this way; the real CLI still publishes, compares and deploys.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from commands.assembly import templates

Template = dict[str, Any]


def edited(
    assembly: Path, to: Path, *, deployment: str, changes: Mapping[str, Callable[[Template], None]]
) -> Path:
    """A copy of the assembly in which each named nested template (`Fargate`) has been changed."""
    shutil.copytree(assembly, to)
    for nested, change in changes.items():
        template = next(each for each in templates(to, deployment) if each.name == f"{deployment}.{nested}")
        body = json.loads(template.file.read_text())
        change(body)
        _rename(to, template.file, json.dumps(body, indent=1))
    root = templates(to, deployment)[0].file
    _rename(to, root, root.read_text())
    return to


def of_type(template: Template, resource_type: str) -> Template:
    """The first resource of a type."""
    found: Template = next(each for each in template["Resources"].values() if each["Type"] == resource_type)
    return found


def _rename(assembly: Path, file: Path, text: str) -> None:
    """Write the new contents, and put their hash wherever the old one stands."""
    old, new = _asset_of(assembly, file), hashlib.sha256(text.encode()).hexdigest()
    file.write_text(text)
    for other in assembly.glob("*.json"):
        read = other.read_text()
        if old in read:
            other.write_text(read.replace(old, new))


def _asset_of(assembly: Path, file: Path) -> str:
    for listing in assembly.glob("*.assets.json"):
        for name, asset in json.loads(listing.read_text())["files"].items():
            if asset["source"]["path"] == file.name:
                return str(name)
    raise LookupError(f"{file.name} is no asset of {assembly}")
