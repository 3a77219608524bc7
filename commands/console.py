"""Where tables are printed, and how a command ends that cannot go on."""

import sys

import typer
from rich.console import Console

WIDE = 1000
"""Columns where nobody looks but a pipe or a file: each row is one line, so that it can be searched."""


def console() -> Console:
    """Standard output: as wide as the terminal, or as wide as it takes."""
    return Console(width=None if sys.stdout.isatty() else WIDE)


def ended(why: object, *, code: int) -> typer.Exit:
    """To be raised, with `why` said on standard error; `code` is what the process exits with."""
    print(why, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    return typer.Exit(code)
