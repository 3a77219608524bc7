"""Virtual environments of the checkout beside the project's own, each from a list in which every package is pinned."""

import fcntl
import hashlib
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commands.local.cdk import nothing, signal_group
from commands.local.interruption import held_back
from commands.local.place import ROOT
from commands.local.steps import LocalError

STAMP = "requirements.sha256"
COLLECTING = re.compile(r"^Collecting (\S+?)==")
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")


@dataclass(frozen=True, kw_only=True)
class VirtualEnvironment:
    """What one program needs; `name` is what messages call it. `compiled`: its bytecode is made at once."""

    name: str
    folder: Path
    requirements: Path
    compiled: bool = False

    @property
    def python(self) -> Path:
        """The interpreter with these packages."""
        return self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        """The folder that the packages lie in."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder / "lib" / version / "site-packages"

    @property
    def is_current(self) -> bool:
        """Whether the environment holds what the requirements say."""
        stamp = self.folder / STAMP
        return stamp.exists() and stamp.read_text() == self.digest

    @property
    def digest(self) -> str:
        """Of the requirements and the interpreter."""
        return hashlib.sha256(self.requirements.read_bytes() + sys.version.encode()).hexdigest()

    @property
    def pins(self) -> list[str]:
        """The requirements' lines, each a package with its version."""
        lines = (line.strip() for line in self.requirements.read_text().splitlines())
        return [line for line in lines if line and not line.startswith("#")]

    def install(self, *, tell: Callable[[str], None] = nothing) -> None:
        """Make the environment, if the requirements have changed since it was made; raises `LocalError`."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / f"{self.folder.name}.lock").open("w") as lock:
            # Tests and a command may want it at the same moment.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.is_current:
                return
            if self.folder.is_symlink():
                told = f"{self.folder} leads to {self.folder.resolve()}, which another checkout may use"
                raise LocalError(f"{self.name} cannot be made: {told}; remove the link and try again")
            # Whatever stops us from here on leaves an environment that counts as none.
            (self.folder / STAMP).unlink(missing_ok=True)
            self._run(sys.executable, "-m", "venv", "--clear", str(self.folder))
            self._install_packages(tell)
            if self.compiled:
                tell("compiling")
                self._run(str(self.python), "-m", "compileall", "-q", "-j", "0", str(self.packages))
            (self.folder / STAMP).write_text(self.digest)

    def _install_packages(self, tell: Callable[[str], None]) -> None:
        total, collected = len(self.pins), 0

        def follow(line: str) -> None:
            nonlocal collected
            if found := COLLECTING.match(line):
                collected += 1
                tell(f"{collected} of {total} packages, {found.group(1)}")
            elif line.startswith("Installing"):
                tell(f"unpacking {total} packages")

        pip = (str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install")
        # Every package is named with its version; nothing is left to resolve, and nothing to build.
        options = ("--no-deps", "--no-compile", "--only-binary", ":all:", "-r", str(self.requirements))
        self._run(*pip, *options, follow=follow)

    def _run(self, *command: str, follow: Callable[[str], None] = nothing) -> None:
        process, output = None, []
        try:
            with held_back():
                process = subprocess.Popen(  # noqa: S603 - our own interpreter
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    start_new_session=True,  # its end on Ctrl-C is ours to make
                )
            assert process.stdout is not None
            for line in process.stdout:
                output.append(line)
                follow(line)
            code = process.wait()
        except BaseException:
            if process:
                signal_group(process.pid, signal.SIGKILL)
                process.wait()
            raise
        if code:
            raise LocalError(f"{self.name} cannot be made: {_cause(''.join(output))}")


EMULATOR = VirtualEnvironment(
    name="the emulator's environment",
    folder=ROOT / ".venv-emulator",
    requirements=Path(__file__).parent / "emulator" / "requirements.txt",
)
"""The embedded AWS's: ministack pins botocore, so it lives apart from the project's."""


def _cause(output: str) -> str:
    """What pip's words mean, with the remedy."""
    if "No space left on device" in output:
        return "the disk is full; make room and try again"
    missing = NO_WHEEL.search(output)
    if missing and "Retrying" not in output:
        here = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
        return f"{missing.group(1)} has no wheel for {here}; use Linux or macOS with Python 3.11 or 3.12"
    last = output.strip().splitlines()[-1:] or ["no message"]
    return f"{last[0]}; is the package index reachable?"
