"""Losses of data that somebody has accepted, with the reason: docs/accepted-replacements.yaml."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from settings.problems import Problem, nearest, shown
from settings.yaml_document import Document, Unreadable, read_document

FILE = Path("docs") / "accepted-replacements.yaml"
WHOLE = "all"
"""The address that stands for a deployment that is gone as a whole."""
FIELDS = {
    "deployment": "name the deployment",
    "address": f"write it as make diff shows it, or {WHOLE} for a deployment that is gone",
    "reason": "say why the data may be lost, or how it is kept",
}


class BadAcceptedFile(Exception):
    """Everything that is wrong with the file, a line each."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One entry; `place` is `file:line`."""

    deployment: str
    address: str
    reason: str
    place: str = field(compare=False)


def load(checkout: Path) -> tuple[Accepted, ...]:
    """The entries of the checkout's file, none where there is no file; raises `BadAcceptedFile`."""
    if not (checkout / FILE).exists():
        return ()
    try:
        document = read_document(checkout / FILE, start="write `accepted:` and a list of entries, or `[]`")
    except Unreadable as error:
        raise BadAcceptedFile(str(Problem(FILE, error.problem.line, (), error.problem.message))) from None
    wrong = [Problem(FILE, each.line, each.path, each.message) for each in document.problems]
    wrong += _wrong(document)
    if wrong:
        raise BadAcceptedFile("\n".join(str(each) for each in sorted(wrong)))
    return tuple(
        Accepted(**entry, place=f"{FILE}:{document.line(('accepted', at))}")
        for at, entry in enumerate(document.values.get("accepted") or ())
    )


def _wrong(document: Document) -> Iterator[Problem]:
    for key in document.values:
        if key != "accepted":
            yield Problem(FILE, document.line((key,)), (key,), "is not known; the only key is accepted")
    entries = document.values.get("accepted") or ()
    if not isinstance(entries, tuple):
        yield Problem(
            FILE, document.line(("accepted",)), ("accepted",), f"is {shown(entries)}; write a list of entries"
        )
        return
    for at, entry in enumerate(entries):
        path = ("accepted", at)
        if not isinstance(entry, dict):
            fields = ", ".join(FIELDS)
            yield Problem(FILE, document.line(path), path, f"is {shown(entry)}; write {fields}")
            continue
        yield from _wrong_fields(document, path, entry)


def _wrong_fields(document: Document, path: tuple[str, int], entry: dict[str, Any]) -> Iterator[Problem]:
    for key in entry.keys() - FIELDS.keys():
        meant = nearest(key, list(FIELDS))
        remedy = f"did you mean {meant}?" if meant else f"there are {', '.join(FIELDS)}"
        yield Problem(FILE, document.line((*path, key)), (*path, key), f"is not known; {remedy}")
    for key, remedy in FIELDS.items():
        if key not in entry:
            yield Problem(FILE, document.line(path), (*path, key), f"is missing; {remedy}")
        elif not (isinstance(entry[key], str) and entry[key].strip()):
            line = document.line((*path, key))
            yield Problem(FILE, line, (*path, key), f"is {shown(entry[key])}, no text; {remedy}")
