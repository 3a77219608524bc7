"""Waits for what another process does."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def until(found: Callable[[], Answer | None], *, what: str, seconds: float, every: float = 0.05) -> Answer:
    """The first answer that is true, asked for every so many seconds; raises TimeoutError, which names `what`."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds:.0f} s still not: {what}")
        time.sleep(every)
    return answer
