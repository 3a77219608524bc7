"""How long a deployment waits before its next task: ECS takes longer and longer to start what does not come up."""

import threading
import time

PATIENT_FAILURES = 3
LONGEST_PAUSE, MOST_DOUBLINGS = 60.0, 6


class Pauses:
    """Counts the failures in a row of each deployment; for any thread."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def failed(self, deployment: str) -> None:
        """Note that a task of the deployment did not come up."""
        with self._lock:
            count = self._failures.get(deployment, (0, 0.0))[0] + 1
            doublings = min(count - PATIENT_FAILURES, MOST_DOUBLINGS)
            pause = min(LONGEST_PAUSE, 2.0**doublings) if doublings >= 0 else 0.0
            self._failures[deployment] = (count, time.monotonic() + pause)

    def came_up(self, deployment: str) -> None:
        """Note that a task of the deployment did: it waits no more."""
        with self._lock:
            self._failures.pop(deployment, None)

    def left(self, deployment: str) -> float:
        """Seconds until the next task may start; 0 where it may start now."""
        with self._lock:
            return max(0.0, self._failures.get(deployment, (0, 0.0))[1] - time.monotonic())
