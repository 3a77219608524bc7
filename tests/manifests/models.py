"""What models of custom resources say, which a maintained package has; they take fields that nobody knows.

Where the schemas of the definitions are at hand, `schemas.py` is stricter.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NODE = Path(sys.executable).parent / "node"
SCRIPT = Path(__file__).with_suffix(".mjs")
WITHOUT_MODEL = {
    ("helm.cattle.io/v1", "HelmChart"),
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"),
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
}
"""Kinds of which no package has one."""


def problems(manifests: Sequence[Mapping[str, Any]]) -> list[list[str] | None]:
    """Of each what is wrong, a line each; None: there is no model of its kind."""
    if not manifests:
        return []
    run = subprocess.run(
        [NODE, SCRIPT], input=json.dumps(manifests), capture_output=True, text=True, timeout=60
    )
    if run.returncode:
        raise RuntimeError(run.stderr)
    found: list[list[str] | None] = json.loads(run.stdout)
    return found
