"""Ctrl-C and its kin, once: what has to end is ended in peace, and nothing that was just started is forgotten."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_held_back: list[bool] = []
"""One entry for each block that is under way: whether a signal has come in it."""


def listen() -> None:
    """From now on the first of these signals is a `KeyboardInterrupt`, and the others are not heard.

    `make` passes on what the terminal or a supervisor has sent to the whole group already, and people press twice.
    """
    for number in SIGNALS:
        signal.signal(number, _interrupt)


@contextmanager
def held_back() -> Iterator[None]:
    """A signal that comes in this block is a `KeyboardInterrupt` at its end: a process is started and noted as one."""
    _held_back.append(False)
    try:
        yield
    finally:
        came = _held_back.pop()
    if came:
        raise KeyboardInterrupt


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if _held_back:
        _held_back[-1] = True
        return
    raise KeyboardInterrupt
