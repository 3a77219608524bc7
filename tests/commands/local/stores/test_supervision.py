"""Programs beside the emulator: started again when they are lost, and gone when it is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from commands.local.emulator.supervision import Program
from tests import waiting

pytestmark = pytest.mark.xdist_group("stores")
SLEEP = "import sys, time; print('begun', flush=True); time.sleep(60)"
PARENT = """
import signal, sys, time
from pathlib import Path
from commands.local.emulator.supervision import Program

command = [sys.executable, "-c", "import time; time.sleep(60)"]
Program(name="child", command=command, log=Path(sys.argv[1]), end=signal.SIGTERM).start()
time.sleep(60)
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(
        name="sleeper", command=[sys.executable, "-c", SLEEP], log=tmp_path / "log", end=signal.SIGTERM
    )
    program.start()
    _eventually(lambda: program.last_words() == "begun")
    yield program
    program.stop()


def test_a_lost_program_is_started_again(program: Program) -> None:
    (before,) = _sleepers()
    program.start()  # it runs already
    before.kill()
    _eventually(lambda: program.last_words() == "begun\nbegun")
    (after,) = _sleepers()
    assert after.pid != before.pid


def test_a_stopped_program_stays_away_until_it_is_started(program: Program) -> None:
    program.stop()
    program.stop()
    time.sleep(0.5)
    assert not _sleepers()
    program.start()
    _eventually(lambda: len(_sleepers()) == 1)


def test_a_signal_reaches_the_program(program: Program) -> None:
    (before,) = _sleepers()
    program.signal(signal.SIGHUP)
    _eventually(lambda: not before.is_running())


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a program of its parent's end")
def test_no_program_outlives_a_killed_emulator(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, tmp_path / "log"]) as parent:
        emulator = psutil.Process(parent.pid)
        _eventually(lambda: [child.cmdline()[1] for child in emulator.children()] == ["-c"])
        children = emulator.children()
        parent.kill()
    _eventually(lambda: not any(_lives(child) for child in children))


def test_an_orphan_does_not_begin(tmp_path: Path) -> None:
    bound = Path("commands/local/emulator/bound.py")
    command = [sys.executable, "-I", "-S", str(bound), "1", "15", "-", sys.executable, "-c", "print('begun')"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode
    assert "is gone" in run.stderr
    assert not run.stdout


def _sleepers() -> list[psutil.Process]:
    children = psutil.Process(os.getpid()).children()
    return [child for child in children if _lives(child) and SLEEP in child.cmdline()]


def _lives(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended may still wait for its parent to ask."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _eventually(holds: Callable[[], bool]) -> None:
    waiting.until(holds, what="the condition", seconds=10, every=0.02)
