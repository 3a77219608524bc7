"""`python -m commands local`: what a user types, and what goes wrong."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from botocore.exceptions import EndpointConnectionError

from commands.local import assembly_cache, interruption
from commands.local.cli import DEFAULT, DEPLOYMENTS, spoken
from commands.local.place import ROOT, Place

SECONDS = 150
WIDE = {**os.environ, "COLUMNS": "200"}
"""Tables as wide as they like: a text that is looked for stands on one line."""


@pytest.fixture
def state() -> Iterator[Path]:
    folder = ROOT / ".local" / "tests" / f"cli-{os.getpid()}"
    yield folder
    local("stop", state=folder)
    shutil.rmtree(folder, ignore_errors=True)


def local(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "commands", "local", *arguments, "--state", str(state)]
    return subprocess.run(command, cwd=ROOT, env=WIDE, capture_output=True, text=True, timeout=SECONDS)


def processes_of(state: Path) -> list[str]:
    """Processes that speak of the folder, in their command or in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            known = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(state).encode() in known:
            found.append((folder / "cmdline").read_text().replace("\0", " "))
    return found


def test_unknown_deployment_is_one_line_and_exit_2(state: Path) -> None:
    run = local("up", "--deployment", "open-webui-dve", state=state)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert "did you mean open-webui-dev?" in run.stderr
    assert not state.exists(), "something was written"


def test_an_embedded_aws_that_dies_meanwhile_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(interruption, "listen", lambda: None)
    with pytest.raises(typer.Exit) as ended, spoken():
        raise EndpointConnectionError(endpoint_url="http://localhost:1")
    assert ended.value.exit_code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "answers no more" in line
    assert "make local-stop" in line


@pytest.mark.lifecycle
def test_port_that_is_taken_is_one_line(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = local("up", "--port", str(port), state=state)
    assert run.returncode == 1
    assert (
        run.stderr.strip()
        == f"port {port} of 127.0.0.1 is taken; leave PORT or --port out and a free one is found"
    )
    assert processes_of(state) == []


def test_stopping_nothing_says_so(state: Path) -> None:
    assert local("stop", state=state).stdout.strip() == "no embedded AWS is running"


@pytest.mark.lifecycle
@pytest.mark.parametrize(
    ("moment", "signals"),
    [
        ("starting the emulator", (signal.SIGTERM, signal.SIGTERM, signal.SIGINT)),
        ("cdk synth", (signal.SIGINT,)),
    ],
    ids=["make hands on what its group has got", "ctrl-c"],
)
def test_interrupted_command_leaves_no_process(
    state: Path, moment: str, signals: tuple[signal.Signals, ...]
) -> None:
    command = [sys.executable, "-u", "-m", "commands", "local", "up", "--state", str(state)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if moment in line:
                break
        wait_for_the_emulator(state)
        for number in signals:
            process.send_signal(number)
            time.sleep(0.02)
        process.stdout.read()
        assert process.wait(timeout=SECONDS) == 130
    assert processes_of(state) == []


def wait_for_the_emulator(state: Path) -> None:
    """Until its process is there."""
    deadline = time.monotonic() + SECONDS
    while not (state / "emulator.json").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert processes_of(state), "neither the emulator nor the CLI is at work"


def with_tasks(folder: Path, *, cpu: int, memory_mib: int) -> Path:
    """A folder with the example, its tasks of another size."""
    text = (DEPLOYMENTS / f"{DEFAULT}.yaml").read_text()
    (folder / f"{DEFAULT}.yaml").write_text(f"{text}tasks: {{cpu: {cpu}, memory_mib: {memory_mib}}}\n")
    return folder


def parameters(place: Place) -> dict[str, str]:
    """What the deployed root stack was given."""
    port = json.loads((place.state / "emulator.json").read_text())["port"]
    client = place.client("cloudformation", url=f"http://localhost:{port}")
    [stack] = client.describe_stacks(StackName=DEFAULT)["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}


@pytest.mark.lifecycle
@pytest.mark.wide
def test_up_twice_destroy_and_stop(state: Path, assembly: Path, tmp_path: Path) -> None:
    place = Place(state=state)
    shutil.copytree(assembly, place.assembly)
    assembly_cache.keep(place, DEFAULT, DEPLOYMENTS)
    first = local("up", state=state)
    assert first.returncode == 0, first.stdout + first.stderr
    for doing in ("starting the emulator", "cdk bootstrap", "cdk deploy"):
        assert re.search(rf"✓ {doing} +\d+\.\d s", first.stdout), f"does not say that it is {doing}"
    for told in (
        "SecurityGroups",
        "CREATE_COMPLETE",
        "Url",
        "PostgreSQL with pgvector",
        "containers, networks",
    ):
        assert told in first.stdout
    assert re.search(r"^deployed in \d+ s", first.stdout, re.MULTILINE)
    second = local("up", state=state)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "starting the emulator" not in second.stdout
    assert "nothing has changed since the last synthesis" in second.stdout
    assert re.search(r"^nothing to deploy; checked in \d+ s", second.stdout, re.MULTILINE)
    assert "containers, networks" not in second.stdout
    assert "make local VERBOSE=1" in second.stdout
    folder = with_tasks(tmp_path, cpu=1024, memory_mib=2048)
    changed = local("up", "--verbose", "--deployments", str(folder), state=state)
    assert changed.returncode == 0, changed.stdout + changed.stderr
    assert re.search(r"^deployed in \d+ s", changed.stdout, re.MULTILINE)
    assert "containers, networks" in changed.stdout
    assert parameters(place)["TaskCpu"] == "1024"
    assert "nothing is left of it" in local("destroy", state=state).stdout
    assert local("stop", state=state).stdout.strip() == "the embedded AWS has ended"
    assert processes_of(state) == []
    assert not (state / "databases").exists()


@pytest.mark.lifecycle
def test_stop_says_what_a_killed_emulator_has_left(state: Path) -> None:
    """A database outlives its emulator if that has no time to end it; here one that stands in for it."""
    folder = state / "databases" / "left"
    folder.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()", str(folder)], stdin=subprocess.PIPE) as left:
        (folder / "postmaster.pid").write_text(f"{left.pid}\n")
        stopped = local("stop", state=state)
        assert left.wait(timeout=SECONDS) == -signal.SIGQUIT
    assert stopped.stdout.strip() == "a PostgreSQL that an embedded AWS had left behind has ended"
    assert not folder.exists()
    assert local("stop", state=state).stdout.strip() == "no embedded AWS is running"
