"""Tells what is being done while it is done, with the seconds that it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

CONSOLE = Console(highlight=False, emoji=False)  # `:secret:` in an ARN is no emoji


class LocalError(Exception):
    """Why `make local` cannot go on, in one line with the remedy; `code` is the exit code."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def step(doing: str, *, console: Console = CONSOLE) -> Iterator[Callable[[str], None]]:
    """Say what begins and, at its end, how long it took; the function that it gives says how far it is."""
    began = time.monotonic()
    if not console.is_terminal:
        console.print(f"  {doing} …")
    with console.status(f"{doing} …") as status:
        yield lambda detail: status.update(f"{doing} … [dim]{detail}[/]")
    console.print(f"  [green]✓[/] {doing} [dim]{time.monotonic() - began:.1f} s[/]")
