"""Values of a template in words: references read as names of what they refer to."""

import re
from collections.abc import Iterator
from typing import Any

from commands.flattened import SUBSTITUTED, Template
from commands.report.lines import Line, Piece, Shown, anchor
from commands.report.names import names

IDENTITY = {"Arn", "GroupId"}
"""Attributes that stand for the resource itself."""
ARN = re.compile(r"\$\{([\w.]+)\.Arn\}")
LONGEST_TEXT = 1_000
"""Letters of one value that are shown: enough for a policy, not for a program or a dashboard."""


class Words:
    """Says values in the names of one deployment's resources."""

    def __init__(self, template: Template) -> None:
        self._names = names(template)

    def name(self, address: str) -> str:
        """What the resource is called on the page."""
        return self._names[address]

    def reference(self, address: str) -> Line:
        """The name, leading to the resource."""
        return Line((Piece(self.name(address), anchor(address)),))

    def text(self, value: Any) -> str:
        """The whole value as one text."""
        return "".join(piece.text for piece in self._pieces(value, inside=False))

    def shown(self, value: Any) -> Shown:
        """The value with the lists and objects that it consists of."""
        match value:
            case dict() if not _is_function(value):
                return {str(key): self.shown(each) for key, each in value.items()}
            case list() if (pairs := _pairs(value)) is not None:
                return {key: self.shown(each) for key, each in pairs.items()}
            case list() if all(_is_short(each) for each in value):
                return self._listed(value)
            case list():
                return [self.shown(each) for each in value]
        return self.line(value)

    def line(self, value: Any) -> Line:
        """The value in one line, cut where it is very long."""
        pieces, left = [], LONGEST_TEXT
        parts = list(self._pieces(value, inside=False))
        for piece in parts:
            pieces.append(Piece(piece.text[:left], piece.link))
            left -= len(piece.text)
            if left < 0:
                more = sum(len(part.text) for part in parts) - LONGEST_TEXT
                pieces.append(Piece(f" … and {more:,} more letters in the template"))
                break
        return Line(tuple(pieces))

    def _listed(self, values: list[Any]) -> Line:
        pieces: list[Piece] = []
        for value in values:
            pieces += [Piece(", ")] if pieces else []
            pieces += self._pieces(value, inside=False)
        return Line(tuple(pieces) or (Piece("none"),))

    def _pieces(self, value: Any, *, inside: bool) -> Iterator[Piece]:
        """`inside` another text what is put in stands between braces."""
        match value:
            case {"Ref": str(name)}:
                yield _braced(self._referred(name), inside=inside)
            case {"Fn::GetAtt": [str(address), str(attribute)]}:
                name = self.name(address) if address in self._names else address
                text = name if attribute in IDENTITY else f"{name} {attribute}"
                yield _braced(Piece(text, anchor(address)), inside=inside)
            case {"Fn::Join": [str(between), list(parts)]}:
                for number, part in enumerate(parts):
                    yield from [Piece(between)] if number and between else []
                    yield from self._pieces(part, inside=True)
            case {"Fn::Sub": str(text)}:
                yield from self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(given)]}:
                yield from self._substituted(text, given)
            case {"Fn::Select": [index, {"Fn::GetAZs": _}]}:
                yield Piece(f"zone {int(index) + 1} of the region")
            case {"Fn::If": [str(condition), then, other]}:
                yield from self._pieces(then, inside=inside)
                yield Piece(f" if {condition}, else ")
                yield from self._pieces(other, inside=inside)
            case dict() if len(value) == 1 and _is_function(value):
                [(function, arguments)] = value.items()
                yield Piece(f"{function.removeprefix('Fn::')} of ")
                yield from self._pieces(arguments, inside=inside)
            case dict():
                for number, (key, each) in enumerate(value.items()):
                    yield Piece(f"{'; ' if number else ''}{key}: ")
                    yield from self._pieces(each, inside=inside)
            case list():
                yield from self._listed(value).pieces
            case bool() | None:
                yield Piece({True: "true", False: "false", None: "none"}[value])
            case float():
                yield Piece(f"{value:g}")
            case _:
                yield Piece(str(value))

    def _substituted(self, text: str, given: dict[str, Any]) -> Iterator[Piece]:
        start = 0
        for found in SUBSTITUTED.finditer(text):
            yield Piece(text[start : found.start()])
            yield from self._pieces(given.get(found[1], {"Ref": found[1]}), inside=True)
            start = found.end()
        yield Piece(text[start:])

    def _referred(self, name: str) -> Piece:
        if name in self._names:
            return Piece(self.name(name), anchor(name))
        if name.startswith("AWS::"):
            return Piece(f"{{{PLACES.get(name, name)}}}")
        return Piece(f"parameter {name}", f"parameter-{name}")


PLACES = {
    "AWS::AccountId": "account",
    "AWS::NoValue": "nothing",
    "AWS::Partition": "partition",
    "AWS::Region": "region",
    "AWS::StackId": "stack id",
    "AWS::StackName": "stack name",
    "AWS::URLSuffix": "domain of AWS",
}


def referring(text: str) -> Any:
    """What a text means that is one ARN as templates refer to it, `${Firewall.WebAcl.Arn}`; any other as it is."""
    found = ARN.fullmatch(text)
    return {"Fn::GetAtt": [found[1], "Arn"]} if found else text


def _braced(piece: Piece, *, inside: bool) -> Piece:
    return Piece(f"{{{piece.text}}}", piece.link) if inside and piece.link else piece


def _is_function(value: dict[str, Any]) -> bool:
    return len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)


def is_text(value: Any) -> bool:
    """Whether the value is a text, or a function that makes one."""
    return isinstance(value, str) or (isinstance(value, dict) and _is_function(value))


def _is_short(value: Any) -> bool:
    return is_text(value) or isinstance(value, int | float)


def _pairs(values: list[Any]) -> dict[str, Any] | None:
    """A list of `Key` and `Value`, or `Name` and `Value`, as the object that it means."""
    for key in ("Key", "Name"):
        if values and all(isinstance(each, dict) and set(each) == {key, "Value"} for each in values):
            pairs = {each[key]: each["Value"] for each in values}
            return (
                pairs if len(pairs) == len(values) and all(isinstance(each, str) for each in pairs) else None
            )
    return None
