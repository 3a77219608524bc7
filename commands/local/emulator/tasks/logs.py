"""What a container says: into the emulated CloudWatch Logs, and into a file of its own."""

import threading
import time
from pathlib import Path
from typing import IO, Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs, ecs

from commands.local.emulator.tasks.failures import resource_initialization

SECONDS_BETWEEN_BATCHES = 0.25
LONGEST_LINE = 256 * 1024
EVENTS_IN_A_BATCH = 10_000


class Log:
    """One container's log; `follow` reads the pipe on threads of its own until it is closed."""

    def __init__(
        self, *, definition: dict[str, Any], task_id: str, file: Path, account: str, region: str
    ) -> None:
        """Raises `StartError` where the log group is missing."""
        self._file = file
        self._account, self._region = account, region
        self._stream = ecs._awslogs_config(definition, task_id, task_id)
        self._waiting: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        if self._stream:
            self._region = self._stream["region"] or region
            with request_scope(account, self._region):
                if not ecs._ensure_awslogs_stream(self._stream):
                    raise resource_initialization(
                        "failed to validate logger args: create stream has been retried 1 times: failed to create "
                        "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. "
                        f"({self._stream['group']})"
                    )

    def follow(self, pipe: IO[bytes]) -> None:
        """Read until the other end is closed."""
        reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._threads = [reader]
        if self._stream:
            self._threads.append(threading.Thread(target=self._send, args=(reader,), daemon=True))
        for thread in self._threads:
            thread.start()

    def finish(self, *, seconds: float = 2.0) -> None:
        """Wait until what was said has arrived."""
        for thread in self._threads:
            thread.join(seconds)

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe, self._file.open("ab", buffering=0) as file:
            while line := pipe.readline(LONGEST_LINE):
                file.write(line)
                if self._stream:
                    text = line.decode(errors="replace").rstrip("\r\n")
                    with self._lock:
                        self._waiting.append({"timestamp": int(time.time() * 1000), "message": text})

    def _send(self, reader: threading.Thread) -> None:
        with request_scope(self._account, self._region):
            while True:
                last = not reader.is_alive()
                with self._lock:
                    batch, self._waiting = self._waiting, []
                for first in range(0, len(batch), EVENTS_IN_A_BATCH):
                    self._put(batch[first : first + EVENTS_IN_A_BATCH])
                if last:
                    return
                reader.join(SECONDS_BETWEEN_BATCHES)

    def _put(self, events: list[dict[str, Any]]) -> None:
        assert self._stream is not None
        cloudwatch_logs._put_log_events(
            {
                "logGroupName": self._stream["group"],
                "logStreamName": self._stream["stream"],
                "logEvents": events,
            }
        )
