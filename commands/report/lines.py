"""What the page sets in one cell: lines whose parts may lead to other places of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """Part of a line; `link` is the anchor of what it names."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Line:
    """A value that is no list and no object."""

    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join(piece.text for piece in self.pieces)


Shown = Line | list["Shown"] | dict[str, "Shown"]


def anchor(address: str) -> str:
    """Where a resource stands on the page."""
    return f"resource-{address}"
