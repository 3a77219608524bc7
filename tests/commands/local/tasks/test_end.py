"""No process outlives the emulator, whichever way it ends; and tasks of a machine that cannot close them in."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from commands.local import server
from commands.local.emulator.tasks import isolation
from commands.local.place import ROOT, Place
from commands.local.virtual_environment import EMULATOR
from tests.commands.local.emulated import Emulated
from tests.commands.local.tasks.bench import CLUSTER, Bench, container, get, pid, until

pytestmark = [pytest.mark.lifecycle, pytest.mark.xdist_group("tasks_end")]
CHILD = (
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
)
OPEN = """
import sys
sys.path.insert(0, {root!r})
from commands.local.emulator.tasks import isolation
isolation.refusal = lambda: "no namespaces"
"""


def started(name: str) -> Iterator[Bench]:
    EMULATOR.install()
    place = Place(state=ROOT / ".local" / "tests" / f"{name}-{os.getpid()}")
    yield Bench.prepared(Emulated(place=place, server=server.start(place)))
    server.stop(place)
    shutil.rmtree(place.state, ignore_errors=True)


@pytest.fixture
def ending() -> Iterator[Bench]:
    """An emulator of its own for a test that ends it."""
    yield from started("ending")


@pytest.fixture
def open_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """An emulator on a machine that has no namespaces to close containers in."""
    (tmp_path / "sitecustomize.py").write_text(OPEN.format(root=str(ROOT)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield from started("open")


def processes(bench: Bench) -> list[psutil.Process]:
    """All processes of a task: one that starts another, and one that hears no SIGTERM."""
    arn = bench.run(
        container("parent", command=["python", "-c", CHILD + "time.sleep(60)"]),
        container(variables={"STUBBORN": "1"}),
    )
    task = bench.reached(arn, "RUNNING")
    get(task, "/health")

    def all_of_them() -> list[psutil.Process] | None:
        found = []
        for name in ("parent", "application"):
            top = psutil.Process(pid(task, name))
            found += [top, *top.children(recursive=True)]
        asleep = [each for each in found if "time.sleep(60)" in each.cmdline()[-1]]
        return found if len(asleep) >= 2 else None

    return until(all_of_them, what="all processes are there")


def gone(found: list[psutil.Process]) -> bool:
    """Whether all have ended; one that nobody has buried yet has."""
    return not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in found)


def test_the_end_of_the_emulator_is_the_end_of_its_tasks(ending: Bench) -> None:
    found = processes(ending)
    assert server.stop(ending.emulated.place)
    assert gone(found)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends them, and this one does not")
def test_an_emulator_that_is_killed_takes_its_tasks_along(ending: Bench) -> None:
    found = processes(ending)
    os.kill(ending.emulated.server.pid, signal.SIGKILL)
    kept = found if isolation.refusal() is None else found[:1]
    until(lambda: gone(kept), what="the end of all processes", seconds=5)


def test_without_namespaces_folders_stand_in_the_environment(open_bench: Bench) -> None:
    arn = open_bench.run(
        container(
            variables={
                "DATA": "/var/lib/application/files/data",
                "OTHER": "/var/lib/application-other",
                "TEMP": "/tmp",
            },
            mountPoints=[
                {"sourceVolume": "files", "containerPath": "/var/lib/application/files"},
                {"sourceVolume": "tmp", "containerPath": "/tmp"},
            ],
            readonlyRootFilesystem=True,
        ),
        volumes=[{"name": "files"}, {"name": "tmp"}],
    )
    task = open_bench.reached(arn, "RUNNING")
    seen = json.loads(get(task, "/environment"))
    own = open_bench.state / "tasks" / arn.rpartition("/")[2]
    assert seen["DATA"] == f"{own}/volumes/files/data"
    assert seen["OTHER"] == "/var/lib/application-other"
    assert seen["TEMP"] == seen["TMPDIR"] == f"{own}/volumes/tmp"
    assert Path(seen["HOME"]).is_relative_to(own)
    assert get(task, f"/write?path={seen['TMPDIR']}/a") == ""
    assert any("not closed in" in remark for remark in open_bench.facts()["remarks"])
    open_bench.ecs.stop_task(cluster=CLUSTER, task=arn)
    stopped = open_bench.reached(arn, "STOPPED")
    assert stopped["containers"][0]["exitCode"] == 0
    found = processes(open_bench)
    assert server.stop(open_bench.emulated.place)
    assert gone(found)
