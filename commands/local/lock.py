"""One command at a time in a place: two that deploy to one embedded AWS, or end it, would disturb each other."""

import fcntl
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from commands.local.place import Place
from commands.local.steps import LocalError

FILE = "lock"


@contextmanager
def held(place: Place) -> Iterator[None]:
    """Have the place to ourselves until the end of the block; raises `LocalError` if another command has it.

    The kernel lets go of it with the process, however that ends.
    """
    place.state.mkdir(parents=True, exist_ok=True)
    with (place.state / FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid, _, command = file.read().partition(" ")
            raise LocalError(
                f"`{command}` (pid {pid}) is at work in {place.state}; wait for it, or end it with kill {pid}"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()} {shlex.join(['python', '-m', 'commands', *sys.argv[1:]])}")
        file.flush()
        yield
