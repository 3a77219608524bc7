"""Whether the cloud assembly of the last run still fits the sources: synthesis is most of a warm `make local`."""

import hashlib
import json
from pathlib import Path

from commands.local.place import ROOT, Place

SOURCES = ("applications", "assets", "constructs", "k8s", "settings", "stacks", "systems")
FILES = ("app.py", "cdk.json", "package-lock.json", "requirements.txt")
STAMP = "synthesized.json"


def is_current(place: Place, deployment: str, deployments: Path) -> bool:
    """Whether this deployment was synthesized from the sources as they are."""
    try:
        kept = json.loads((place.state / STAMP).read_text())
    except (OSError, ValueError):
        return False
    return bool(kept == _stamp(deployment, deployments)) and (place.assembly / "manifest.json").exists()


def keep(place: Place, deployment: str, deployments: Path) -> None:
    """Remember what the assembly was synthesized from."""
    (place.state / STAMP).write_text(json.dumps(_stamp(deployment, deployments)))


def forget(place: Place) -> None:
    """From now on the assembly belongs to nothing."""
    (place.state / STAMP).unlink(missing_ok=True)


def _stamp(deployment: str, deployments: Path) -> dict[str, str]:
    digest = hashlib.sha256()
    folders = [*(ROOT / name for name in SOURCES), deployments]
    files = [
        path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"
    ]
    for path in sorted([*files, *(ROOT / name for name in FILES)]):
        digest.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return {"deployment": deployment, "sources": digest.hexdigest()}
