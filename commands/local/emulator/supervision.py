"""Programs that run beside the emulator: one that is lost is started again, and none outlives the emulator."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from commands.local.emulator import bound

LOG = logging.getLogger("supervision")
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds until a lost program is started again; longer each time while it does not stay."""
STAYING = 10.0
"""Seconds after which a program counts as running."""
SECONDS_TO_END = 10.0

_programs: list["Program"] = []


class Program:
    """One program, as a child of this process.

    `name` is for our log; `log` takes what the program says; `end` ends it without waiting for its clients; `user`:
    whom it runs as, left out: whom we run as.
    """

    def __init__(
        self,
        *,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        end: signal.Signals,
        user: str | None = None,
    ) -> None:
        self.name, self.log, self.end = name, log, end
        self.command = [
            *(sys.executable, "-I", "-S", bound.__file__),
            *(str(os.getpid()), str(int(end)), user or bound.SAME_USER),
            *map(str, command),
        ]
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._keeper: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and keep it running until `stop`."""
        with self._lock:
            if self._keeper:
                return
            self._ending = threading.Event()
            # The program's signal of our end belongs to the thread that starts it, so that one stays.
            self._keeper = threading.Thread(
                target=self._keep, args=(self._ending,), name=self.name, daemon=True
            )
            self._keeper.start()
        if self not in _programs:
            _programs.append(self)

    def stop(self) -> None:
        """End it, and wait for that."""
        with self._lock:
            keeper, self._keeper = self._keeper, None
            self._ending.set()
            process = self._process
        if process:
            self._end(process)
        if keeper:
            keeper.join()

    def restart(self) -> None:
        """End it, and start it again."""
        self.stop()
        self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        with self._lock:
            if self._process and self._process.poll() is None:
                self._process.send_signal(number)

    def last_words(self) -> str:
        """The end of what it said."""
        return self.log.read_text(errors="replace")[-500:].strip() if self.log.exists() else ""

    def _keep(self, ending: threading.Event) -> None:
        pause = SHORTEST_PAUSE
        while True:
            with self._lock:
                if ending.is_set():
                    return
                process = self._process = self._spawn()
            begun = time.monotonic()
            code = process.wait()
            if ending.is_set():
                return
            pause = SHORTEST_PAUSE if time.monotonic() - begun > STAYING else pause
            LOG.warning("%s ended with %s; it starts again in %.1f s", self.name, code, pause)
            ending.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter, which becomes the program
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        process.send_signal(self.end)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def stop_all() -> None:
    """End every program."""
    for program in _programs:
        program.stop()
