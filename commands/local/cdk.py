"""Runs the real CDK CLI against the emulator."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Sequence

from commands.local.interruption import held_back
from commands.local.place import ROOT, Place
from commands.local.steps import LocalError

PROGRESS = re.compile(r"^\S+ \| +(\d+/\d+) \| [^|]+\| (\w+) +\| (\S+) +\| ([^(]+)")


def nothing(_: str) -> None:
    """Tells nobody."""


class Command:
    """One run of the CLI that goes on beside us; its output goes to the place's log."""

    def __init__(self, place: Place, *arguments: str, port: int | None) -> None:
        self.place = place
        self.arguments = arguments
        self.output: list[str] = []
        place.state.mkdir(parents=True, exist_ok=True)
        # Bootstrapping needs no application, and where there is no cdk.json the CLI looks for none.
        inside = ROOT if arguments[0] != "bootstrap" else place.state
        self.process = subprocess.Popen(  # noqa: S603 - the checkout's own CLI
            [*place.cdk(), *arguments],
            cwd=inside,
            env=place.environment(port=port),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # its end on Ctrl-C is ours to make, after it everything it started
        )

    def wait(self, *, tell: Callable[[str], None] = nothing) -> list[str]:
        """Follow it to its end; a failure is a LocalError with its last words."""
        assert self.process.stdout is not None
        with self.place.cdk_log.open("a") as log:
            log.write(f"$ cdk {' '.join(self.arguments)}\n")
            for line in self.process.stdout:
                log.write(line)
                self.output.append(line.rstrip())
                found = PROGRESS.match(line)
                if found:
                    tell(f"{found.group(1)} {found.group(4).strip()}")
        if self.process.wait():
            raise LocalError(f"cdk {self.arguments[0]} failed: {self._reason()}; see {self.place.cdk_log}")
        return self.output

    def end(self) -> None:
        """End it, and whatever it started."""
        try:
            signal_group(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _reason(self) -> str:
        told = [line.strip() for line in self.output if line.strip()]
        named = [line for line in told if re.search(r"error|❌|Error|CREATE_FAILED|UPDATE_FAILED", line)]
        return (named or told or ["it said nothing"])[0][:1000]


def signal_group(pid: int, number: int) -> None:
    """Send a signal to a process and all in its group; gone already is fine."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def run(
    place: Place, *arguments: str, port: int | None, tell: Callable[[str], None] = nothing
) -> Sequence[str]:
    """Run the CLI to its end; whatever stops us stops it."""
    command = None
    try:
        with held_back():
            command = Command(place, *arguments, port=port)
        return command.wait(tell=tell)
    except BaseException:
        if command:
            command.end()
        raise
