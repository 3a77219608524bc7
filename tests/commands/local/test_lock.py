"""Two commands do not work in one place at once."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.local import lock
from commands.local.place import ROOT, Place
from commands.local.steps import LocalError

HOLDER = """
import sys, time
from pathlib import Path
from commands.local import lock
from commands.local.place import Place

with lock.held(Place(state=Path(sys.argv[-1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the place to itself."""
    command = [sys.executable, "-c", HOLDER, "local", "up", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_second_command_says_who_is_at_work(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "commands", "local", "stop", "--state", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == (
        f"`python -m commands local up {tmp_path}` (pid {holder.pid}) is at work in {tmp_path}; "
        f"wait for it, or end it with kill {holder.pid}\n"
    )


def test_killed_holder_lets_go(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    holder.kill()
    holder.wait()
    with lock.held(Place(state=tmp_path)):
        assert (tmp_path / lock.FILE).read_text().partition(" ")[0] != str(holder.pid)


def test_another_place_is_free(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=re.escape(str(tmp_path))), lock.held(Place(state=tmp_path)):
        pass
    with lock.held(Place(state=tmp_path / "other")):
        assert holder.poll() is None
