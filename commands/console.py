"""Where tables are printed."""

import sys

from rich.console import Console

WIDE = 1000
"""Columns where nobody looks but a pipe or a file: each row is one line, so that it can be searched."""


def console() -> Console:
    """Standard output: as wide as the terminal, or as wide as it takes."""
    return Console(width=None if sys.stdout.isatty() else WIDE)
