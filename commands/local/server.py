"""Starts, finds and ends the emulator's process."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from commands.local.interruption import held_back
from commands.local.place import ROOT, Place
from commands.local.steps import LocalError
from commands.local.virtual_environment import EMULATOR

LOOPBACK = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 5
"""A request that it is in the middle of, such as a deployment, is not worth more: all of it goes."""
MODULE = "commands.local.emulator"
SOURCES = EMULATOR.requirements.parent
SHARED = (ROOT / "k8s" / "checks", ROOT / "commands")
"""Folders of modules that the emulator shares with others: what it looks up references with, what may not change."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running emulator."""

    pid: int
    port: int
    sources: str
    """Digest of the sources that it was started from."""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


def sources() -> str:
    """Digest of the emulator as it stands in the checkout."""
    digest = hashlib.sha256()
    for path in source_files():
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def source_files() -> list[Path]:
    """What the emulator is made of."""
    shared = (path for folder in SHARED for path in folder.glob("*.py"))
    return sorted([*SOURCES.rglob("*.py"), *shared, EMULATOR.requirements])


def running(place: Place) -> Server | None:
    """The emulator of this place, if it lives and answers."""
    server = _recorded(place)
    return server if server and _is_ours(server.pid) and _answers(server.port) else None


def start(place: Place, *, port: int | None = None, options: tuple[str, ...] = ()) -> Server:
    """Start the emulator on a free port, or on the one that is asked for, and wait until it answers."""
    stop(place)
    port, digest = _free(port), sources()
    place.state.mkdir(parents=True, exist_ok=True)
    with held_back(), place.log.open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [EMULATOR.python, "-m", MODULE, str(port), str(place.state), *options],
            cwd=ROOT,
            env=place.environment(port=port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the command, which ends the emulator itself
        )
        server = Server(pid=process.pid, port=port, sources=digest)
        _file(place).write_text(json.dumps(asdict(server)))
    deadline = time.monotonic() + SECONDS_TO_START
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            last = place.log.read_text().strip().splitlines()[-1:] or ["it said nothing"]
            stop(place)
            raise LocalError(f"the emulator did not start: {last[0]}; see {place.log}")
        time.sleep(0.1)
    return server


def stop(place: Place) -> str:
    """End the emulator, its databases and what they kept; says in words what was running, nothing if nothing was."""
    server = _recorded(place)
    was_running = server is not None and _is_ours(server.pid)
    if server and was_running:
        _end_group(server.pid)
    databases = [_end_postgres(file) for file in place.state.glob("databases/*/postmaster.pid")]
    # What ministack knew was in its memory: the files of it mean nothing to the next one.
    for folder in ("caches", "clusters", "databases", "tmp"):
        shutil.rmtree(place.state / folder, ignore_errors=True)
    _file(place).unlink(missing_ok=True)
    # A `make try` that was killed has left its keys there.
    place.filled_secrets.unlink(missing_ok=True)
    if was_running:
        return "the embedded AWS"
    return "a PostgreSQL that an embedded AWS had left behind" if any(databases) else ""


def _file(place: Place) -> Path:
    return place.state / "emulator.json"


def _recorded(place: Place) -> Server | None:
    try:
        return Server(**json.loads(_file(place).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _free(wanted: int | None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted or 0))
        except OSError:
            raise LocalError(
                f"port {wanted} of {LOOPBACK} is taken; leave PORT or --port out and a free one is found"
            ) from None
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        # No proxy of the environment stands between us and loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{LOOPBACK}:{port}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_ours(pid: int) -> bool:
    """Whether the process is an emulator: a number may be another's by now."""
    return MODULE in _command(pid)


def _command(pid: int) -> str:
    """The command line of a living process; empty for one that is gone or waits to be buried."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
    run = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True)  # noqa: S603, S607
    return "" if run.stdout.startswith("Z") else run.stdout


def _end_group(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            if number == signal.SIGTERM:
                os.kill(pid, number)  # it ends what it started
            else:
                os.killpg(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + SECONDS_TO_STOP
        while time.monotonic() < deadline:
            _reap(pid)
            if not _is_ours(pid):
                break
            time.sleep(0.1)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # a process of an earlier command is not ours to wait for


def _end_postgres(pid_file: Path) -> bool:
    """End the server that wrote this file, if it lives."""
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return False
    lives = str(pid_file.parent) in _command(pid)
    if lives:
        os.kill(pid, signal.SIGQUIT)
    return lives
