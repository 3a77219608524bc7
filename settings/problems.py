"""One error of a deployment file, and how values and fields are written in it."""

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

Path_ = tuple[str | int, ...]
"""Where a value stands in the file: keys, and indexes of lists."""
FILE = "file"
"""What stands in place of a field where the file as a whole is wrong."""
LONGEST = 60
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_/-]+")


@dataclass(frozen=True, order=True)
class Problem:
    """`file:line: field.path: what is wrong, the value, the remedy`."""

    file: Path
    line: int
    path: Path_
    message: str

    def __str__(self) -> str:
        return f"{_one_line(str(self.file))}:{self.line}: {dotted(self.path)}: {_one_line(self.message)}"


def dotted(path: Path_) -> str:
    """A path as text: `sign_in.providers[0].name`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            key = step if _PLAIN_KEY.fullmatch(step) and len(step) <= LONGEST else json.dumps(_cut(step))
            text += f".{key}" if text else key
    return text or FILE


def shown(value: Any, written: str | None = None) -> str:
    """A value as a message shows it, on one line and not long; `written` is how the file writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, int | float):
        return _cut(
            written if written is not None else f"{value:g}" if isinstance(value, float) else str(value)
        )
    if isinstance(value, str):
        return repr(_cut(value))
    if isinstance(value, dict):
        return f"a mapping of {len(value)} keys" if len(value) != 1 else "a mapping of one key"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)} values" if len(value) != 1 else "a list of one value"
    return _cut(repr(value))


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant."""
    folded = {name.lower().replace("-", "_"): name for name in known}
    wanted = word.lower().replace("-", "_")[:LONGEST]
    longer = [
        name
        for name in folded
        if len(name) > 2 and (wanted.startswith(name) or (name.startswith(wanted) and len(wanted) > 2))
    ]
    found = get_close_matches(wanted, list(folded), n=1, cutoff=0.6) or longer
    return folded[found[0]] if found else None


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
