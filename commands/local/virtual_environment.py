"""The emulator's own virtual environment: ministack pins botocore, so it lives apart from the project's."""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from commands.local.place import ROOT
from commands.local.steps import LocalError

FOLDER = ROOT / ".venv-emulator"
REQUIREMENTS = Path(__file__).parent / "emulator" / "requirements.txt"
STAMP = "requirements.sha256"


def python() -> Path:
    """The interpreter that runs the emulator."""
    return FOLDER / "bin" / "python"


def is_current(*, folder: Path = FOLDER, requirements: Path = REQUIREMENTS) -> bool:
    """Whether the environment holds what the requirements say."""
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text() == _digest(requirements)


def install(*, folder: Path = FOLDER, requirements: Path = REQUIREMENTS) -> None:
    """Make the environment, if the requirements have changed since it was made."""
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        # Tests and `make local` may want it at the same moment.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(folder=folder, requirements=requirements):
            return
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = (str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check")
        # Every package is named with its version; nothing is left to resolve.
        _run(*pip, "install", "--no-deps", "--no-compile", "-r", str(requirements))
        (folder / STAMP).write_text(_digest(requirements))


def _digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()


def _run(*command: str) -> None:
    run = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - our own interpreter
    if run.returncode:
        last = (run.stderr or run.stdout).strip().splitlines()[-1:] or ["no message"]
        raise LocalError(
            f"the emulator's environment cannot be made: {last[0]}; is the package index reachable?"
        )
