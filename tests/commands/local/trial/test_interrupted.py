"""Ctrl-C while tasks start ends them, and all that was started for them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.local import server
from commands.local.place import ROOT, Place
from commands.local.trial import open_webui
from settings.versions import OPEN_WEBUI
from tests.commands.local.test_cli import processes_of

pytestmark = pytest.mark.lifecycle
SECONDS = 120


@pytest.fixture
def state() -> Iterator[Path]:
    folder = ROOT / ".local" / "tests" / f"interrupted-{os.getpid()}"
    yield folder
    server.stop(Place(state=folder))
    shutil.rmtree(folder, ignore_errors=True)


def test_ctrl_c_while_a_task_prepares_the_database_leaves_no_process(state: Path) -> None:
    if not open_webui.environment(open_webui.version_of(OPEN_WEBUI)).is_current:
        pytest.skip("Open WebUI is not installed: make try does it")
    command = [sys.executable, "-m", "commands", "local", "try", "--state", str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        deadline = time.monotonic() + SECONDS
        while not list(state.glob("tasks/*/prepare.log")):
            assert process.poll() is None, "it ended before a task began"
            assert time.monotonic() < deadline, "no task began"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert processes_of(state) == []
    assert not Place(state=state).programs.exists(), "make local would think that tasks run"
