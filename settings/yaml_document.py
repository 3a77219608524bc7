"""Reads a deployment file into plain values that know their lines; plain YAML 1.2 and nothing that surprises.

Refused, each with its line: what is not UTF-8 text, several documents, duplicate keys, anchors and aliases
(a few lines grow into gigabytes), tags, merge keys, numbers that are none, documents too large or too deep.
"""

import math
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from settings.problems import Path_, Problem, shown

LARGEST_BYTES = 256 * 1024
DEEPEST = 20
LONGEST_NUMBER = 40
_NOT_TEXT = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULL = ("", "~", "null", "Null", "NULL")
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass
class Node:
    """A value, the line it starts on, and how a scalar is written."""

    line: int
    value: Any = None
    written: str | None = None


@dataclass
class Document:
    """A parsed file: plain values, and where each stands."""

    values: dict[str, Any]
    problems: list[Problem]
    """What is wrong with the YAML itself where the rest could be read."""
    unusable: set[Path_]
    """Where a problem leaves no value to go on with."""
    _root: Node
    _key_lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_) -> int:
        """Line of the field, or of the nearest one around it that the file has."""
        for length in range(len(path), 0, -1):
            line = self._key_lines.get(path[:length])
            if line is not None:
                return line
        return self._root.line

    def has(self, path: Path_) -> bool:
        """Whether the file says something at this very path."""
        return path in self._key_lines

    def written(self, path: Path_) -> str | None:
        """A scalar as the file writes it: `012` stays `012`."""
        node: Any = self._root
        try:
            for step in path:
                node = node.value[step]
        except (KeyError, IndexError, TypeError):
            return None
        return str(node.written) if node.written is not None else None


def read_document(path: Path, *, start: str) -> Document:
    """Parse one file; raises `Unreadable` where nothing can be made of it.

    start: the remedy where there is no mapping at all.
    """
    text = _text(path)
    reader = _Reader(path)
    try:
        root = reader.read(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(Problem(path, mark.line + 1 if mark else 1, (), _syntax(error, text))) from None
    except (YAMLError, ValueError, IndexError, AssertionError, AttributeError) as error:
        said = " ".join(str(error).split())
        raise Unreadable(
            Problem(path, 1, (), f"is not YAML ({said[:80]}); write `key: value` lines")
        ) from None
    if not isinstance(root.value, dict):
        what = "is empty" if root.value is None else f"holds {shown(_plain(root))}, not settings"
        raise Unreadable(Problem(path, root.line, (), f"{what}; {start}"))
    return Document(
        values=_plain(root),
        problems=reader.problems,
        unusable=reader.unusable,
        _root=root,
        _key_lines=reader.key_lines,
    )


def _text(path: Path) -> str:
    def unreadable(message: str, line: int = 1) -> Unreadable:
        return Unreadable(Problem(path, line, (), message))

    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise unreadable("is not a regular file; a deployment is one YAML file")
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        what = "is a link to nothing" if path.is_symlink() else "does not exist"
        raise unreadable(f"{what}; check the name") from None
    except OSError as error:
        raise unreadable(f"cannot be read ({error.strerror}); check its permissions") from None
    if len(data) > LARGEST_BYTES:
        raise unreadable(f"is larger than {LARGEST_BYTES // 1024} KiB; a deployment takes a few lines")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:2].count(0) == 1 or data[:4].count(0) >= 2:
        raise unreadable("is UTF-16 or UTF-32; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise unreadable(
            f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8", line
        ) from None
    odd = _NOT_TEXT.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        raise unreadable(f"holds the control character U+{ord(odd.group()):04X}; remove it", line)
    return text


def _syntax(error: MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark or error.context_mark
    said = " ".join((error.problem or error.context or "syntax error").split())
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in said:
        return f"{shown(line)} is indented with a tab, which YAML refuses; use spaces"
    where = f" at column {mark.column + 1}" if mark else ""
    what = shown(line.strip()) if line.strip() else "the end of the file"
    return f"{what} is not YAML ({said}{where}); check indentation, colons and quotes"


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.unusable: set[Path_] = set()
        self.key_lines: dict[Path_, int] = {}

    def read(self, events: Iterator[Event]) -> Node:
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    self._give_up(
                        event, "holds a second document after `---`; one file is one deployment, split it"
                    )
                root = self._value(next(events), events, ())
        return root or Node(line=1)

    def _value(self, event: Any, events: Iterator[Any], path: Path_) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            self._note(
                line, path, f"*{event.anchor} refers to a value elsewhere; write the value out", usable=False
            )
            return Node(line)
        if event.anchor is not None:
            self._note(line, path, f"&{event.anchor} is an anchor, which is not supported; remove it")
        if event.tag is not None:
            self._note(line, path, f"the tag {shown(str(event.tag))} is not supported; remove it")
        if isinstance(event, ScalarEvent):
            if event.style in (None, ""):
                return Node(line, self._scalar(event.value, line, path), event.value)
            odd = _NOT_TEXT.search(event.value)
            if odd is not None:
                message = f"holds the character U+{ord(odd.group()):04X}, which is no text; remove it"
                self._note(line, path, message, usable=False)
            return Node(line, event.value)
        if len(path) >= DEEPEST:
            self._give_up(event, f"is nested deeper than {DEEPEST} levels; settings need four")
        if isinstance(event, SequenceStartEvent):
            return Node(line, self._sequence(events, path))
        if isinstance(event, MappingStartEvent):
            return Node(line, self._mapping(events, path))
        raise AssertionError(f"unexpected {event}")

    def _sequence(self, events: Iterator[Any], path: Path_) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            here = (*path, len(items))
            self.key_lines[here] = event.start_mark.line + 1
            items.append(self._value(event, events, here))
        return items

    def _mapping(self, events: Iterator[Any], path: Path_) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, ScalarEvent):
                self._give_up(event, "a key is not plain text; write `key: value` lines")
            key = str(event.value)
            if _NOT_TEXT.search(key):
                self._give_up(event, f"the key {shown(key)} holds a control character; remove it")
            here = (*path, key)
            if event.tag is not None or event.anchor is not None:
                self._note(line, here, "the key has a tag or an anchor, which is not supported; remove it")
            if key in entries:
                first = self.key_lines[here]
                self._note(line, here, f"stands here and on line {first}; keep one of them")
                self._value(next(events), events, (*path, key, "again"))
                continue
            self.key_lines[here] = line
            if key == "<<" and event.style in (None, ""):
                self._note(line, here, "merge keys are not supported; write the settings out", usable=False)
            entries[key] = self._value(next(events), events, here)
        return entries

    def _scalar(self, text: str, line: int, path: Path_) -> Any:
        if text in _NULL:
            return None
        if text in _BOOLEAN:
            return _BOOLEAN[text]
        if _NO_NUMBER.fullmatch(text):
            self._note(line, path, f"{text} is no amount; give a number", usable=False)
            return None
        whole = _INTEGER.fullmatch(text)
        if whole is None and not _FLOAT.fullmatch(text):
            return text
        if len(text) > LONGEST_NUMBER:
            self._note(
                line,
                path,
                f"{shown(text)} has {len(text)} characters; put it in quotes if it is text",
                usable=False,
            )
            return None
        if whole is not None:
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        number = float(text)
        if math.isinf(number):
            self._note(line, path, f"{text} is too large; give a smaller number", usable=False)
            return None
        return number

    def _note(self, line: int, path: Path_, message: str, *, usable: bool = True) -> None:
        self.problems.append(Problem(self.path, line, path, message))
        if not usable:
            self.unusable.add(path)

    def _give_up(self, event: Event, message: str) -> None:
        raise Unreadable(Problem(self.path, event.start_mark.line + 1, (), message))


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return tuple(_plain(child) for child in node.value)
    return node.value
