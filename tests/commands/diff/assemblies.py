"""Small cloud assemblies, as the CDK would write them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from commands.diff.changes import DeploymentChange
from commands.diff.compare import compared
from commands.diff.sides import Side

Template = dict[str, Any]


def write(
    folder: Path, templates: Mapping[str, Template], *, files: Mapping[str, Mapping[str, str]] | None = None
) -> Side:
    """`files`: by its hash, what an asset holds; nested templates are assets that end in `.json`."""
    folder.mkdir(parents=True)
    listed = {}
    for asset, content in (files or {}).items():
        place = folder / f"asset.{asset}"
        place.mkdir()
        for name, text in content.items():
            (place / name).write_text(text)
        inside = f"{place.name}/nested.json" if "nested.json" in content else place.name
        listed[asset] = {"source": {"path": inside}}
    artifacts = {}
    for name, template in templates.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        (folder / f"{name}.assets.json").write_text(json.dumps({"files": listed}))
        properties = {"templateFile": f"{name}.template.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return Side(assembly=folder)


def changes(before: Side, after: Side) -> dict[str, DeploymentChange]:
    """What changes, by deployment."""
    return {each.deployment: each for each in compared(before, after)}


def resource(kind: str, /, **properties: Any) -> Template:
    """A resource's body."""
    return {"Type": kind, "Properties": properties}


def template(**resources: Template) -> Template:
    """A template with these resources."""
    return {"Resources": resources}
