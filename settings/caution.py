"""What a file may say, and whoever wrote it probably did not mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from settings.problems import Path_, dotted, shown

_HOST = re.compile(r"(?:https?://|[^@\s/]+@)?(?P<host>(?:[a-z0-9-]+\.)+[a-z]+)(?:[/:?#].*)?", re.IGNORECASE)
_NOBODYS = re.compile(r"(?:.*\.)?(example|test|invalid|example\.(?:com|net|org))", re.IGNORECASE)
"""Names that RFC 2606 keeps for examples."""


@dataclass(frozen=True)
class Caution:
    """One doubt about a setting that is no error."""

    path: Path_
    message: str


def examples_left(values: dict[str, Any]) -> Iterator[Caution]:
    """Addresses and hosts that are nobody's, in settings as plain values: one doubt, with all that it concerns."""
    found = list(_nobodys(values, ()))
    if found:
        path, value, kept = found[0]
        what = "mail to it arrives nowhere" if "@" in value else "it leads nowhere"
        others = ", ".join(dotted(other) for other, _, _ in found[1:])
        likewise = f" (likewise {others})" if others else ""
        yield Caution(
            path,
            f"{shown(value)} is under {kept}, which is kept for examples: {what}; write your own{likewise}",
        )


def _nobodys(value: Any, path: Path_) -> Iterator[tuple[Path_, str, str]]:
    """Path, text, and the name that is kept for examples."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _nobodys(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nobodys(inner, (*path, index))
    elif isinstance(value, str) and (written := _HOST.fullmatch(value)):
        kept = _NOBODYS.fullmatch(written["host"])
        if kept is not None:
            yield path, value, kept[1]
