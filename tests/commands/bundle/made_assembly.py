"""A cloud assembly of a few lines, for what no deployment of ours has."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = "small"
ROOT_HASH = "0" * 64


def made_assembly(
    folder: Path,
    template: Mapping[str, Any],
    *,
    name: str = NAME,
    assets: Mapping[str, Mapping[str, Any]] | None = None,
    images: Mapping[str, Any] | None = None,
    properties: Mapping[str, Any] | None = None,
    environment: str = "aws://unknown-account/unknown-region",
) -> Path:
    """Write it; `assets` by hash: `source`, `packaging` and `displayName`."""
    folder.mkdir(parents=True, exist_ok=True)
    root = {"source": {"path": f"{name}.template.json"}, "displayName": "small Template"}
    destinations = {"here": {"bucketName": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}}
    files = {ROOT_HASH: root, **(assets or {})}
    listing = {hash_: {**asset, "destinations": destinations} for hash_, asset in files.items()}
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": f"{name}.template.json", **(properties or {})},
    }
    written = {
        f"{name}.template.json": {"Description": "A small one", **template},
        f"{name}.assets.json": {"files": listing, "dockerImages": images or {}},
        "manifest.json": {"artifacts": {name: artifact}},
    }
    for file, text in written.items():
        (folder / file).write_text(json.dumps(text))
    return folder
