"""One container of a task: a program of this machine in its sandbox, its log and its health."""

import contextlib
import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from commands.local.emulator.tasks.isolation import Sandbox, launcher
from commands.local.emulator.tasks.logs import Log

SECONDS_BETWEEN_CHECKS_AT_START = 5.0
"""Docker's own, while the start period lasts."""


class Health(StrEnum):
    """In the words of DescribeTasks."""

    UNKNOWN = "UNKNOWN"
    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """A container definition's `healthCheck`; times in seconds."""

    arguments: tuple[str, ...]
    interval: float
    timeout: float
    retries: int
    start_period: float

    @classmethod
    def of(cls, definition: Mapping[str, Any], arguments: Sequence[str]) -> "HealthCheck":
        """With the defaults of ECS. `arguments`: its command as this machine runs it."""
        return cls(
            arguments=tuple(arguments),
            interval=float(definition.get("interval") or 30),
            timeout=float(definition.get("timeout") or 5),
            retries=int(definition.get("retries") or 3),
            start_period=float(definition.get("startPeriod") or 0),
        )


class Container:
    """Started once; all but `health` belongs to the thread that starts it, which has to outlive it."""

    def __init__(
        self,
        *,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        sandbox: Sandbox,
        log: Log,
        health_check: HealthCheck | None,
    ) -> None:
        self.name = name
        self.health = Health.UNKNOWN
        self.started_at = 0.0
        self._arguments = tuple(arguments)
        self._environment = dict(environment)
        self._sandbox = sandbox
        self._log = log
        self._check = health_check
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()

    @property
    def is_started(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """Of the process that stands for the container, and of its group."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """As Docker gives it: 128 + N where signal N ended it; nothing while it runs."""
        code = self._process.poll() if self._process else None
        return code if code is None or code >= 0 else 128 - code

    def start(self) -> None:
        """Start the program and follow what it says and how it does."""
        self._process = self._run(self._arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.started_at = time.monotonic()
        assert self._process.stdout is not None
        self._log.follow(self._process.stdout)
        if self._check:
            threading.Thread(target=self._follow_health, args=(self._check,), daemon=True).start()

    def ask_to_stop(self) -> None:
        """Send what `docker stop` sends first."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started."""
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def finish(self) -> None:
        """Wait for a program that was ended, and for its last words."""
        self._ended.set()
        if self._process:
            self._process.wait()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)  # what it left behind in its group
        self._log.finish()

    def _run(self, arguments: Sequence[str], *, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - the program of the table, or the definition's command
            launcher(),
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            env=self._environment,
            cwd="/",
            start_new_session=True,
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(self._sandbox.specification(arguments))
        return process

    def _follow_health(self, check: HealthCheck) -> None:
        failed = 0
        while not self._ended.wait(self._pause(check)):
            if self.exit_code is not None:
                return
            in_start_period = self._in_start_period(check)
            if self._passes(check):
                failed, self.health = 0, Health.HEALTHY
            elif self.health is not Health.UNKNOWN or not in_start_period:
                failed += 1
                if failed >= check.retries:
                    self.health = Health.UNHEALTHY

    def _pause(self, check: HealthCheck) -> float:
        if self.health is Health.UNKNOWN and self._in_start_period(check):
            return min(check.interval, SECONDS_BETWEEN_CHECKS_AT_START)
        return check.interval

    def _in_start_period(self, check: HealthCheck) -> bool:
        return time.monotonic() - self.started_at < check.start_period

    def _passes(self, check: HealthCheck) -> bool:
        process = self._run(check.arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return process.wait(check.timeout) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def health_arguments(command: Sequence[str]) -> list[str] | None:
    """The program of a health check: `CMD a b`, `CMD-SHELL text`; nothing for `NONE`."""
    kind, *rest = command
    if kind == "NONE":
        return None
    if kind == "CMD":
        return list(rest)
    return ["/bin/sh", "-c", rest[0] if kind == "CMD-SHELL" else shlex.join(command)]
