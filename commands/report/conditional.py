"""Values with `Fn::If` in or around them: each branch is read, with the conditions under which it counts."""

from collections.abc import Iterator
from typing import Any

NOTHING = {"Ref": "AWS::NoValue"}
When = tuple[str, ...]
"""Conditions that hold together: `Storage.Shared`, `not Storage.Shared`."""


def said(when: When) -> str:
    """The conditions in words; empty where there are none."""
    return " and ".join(when)


def listed(value: Any, when: When = ()) -> Iterator[tuple[When, Any]]:
    """Each of a list, or the one that stands for a list, with the conditions around it."""
    match value:
        case {"Fn::If": [str(name), then, other]}:
            for holds, ways in _ways(name, when):
                yield from listed(then if holds else other, ways)
        case list():
            for each in value:
                yield from listed(each, when)
        case _ if value != NOTHING:
            yield when, value


def variants(value: Any, when: When = ()) -> Iterator[tuple[When, Any]]:
    """The value for each way in which the conditions inside it may turn out; itself where there are none."""
    name = next(_names(value), None)
    if name is None:
        yield when, value
        return
    for holds, ways in _ways(name, when):
        yield from variants(decided(value, name, holds=holds), ways)


def decided(value: Any, name: str, *, holds: bool) -> Any:
    """The value where the condition is known; what becomes nothing goes."""
    match value:
        case {"Fn::If": [str(other), *branches]} if other == name and len(branches) == 2:
            return decided(branches[0 if holds else 1], name, holds=holds)
        case dict():
            found = {key: decided(each, name, holds=holds) for key, each in value.items()}
            return {key: each for key, each in found.items() if each != NOTHING}
        case list():
            those = [decided(each, name, holds=holds) for each in value]
            return [each for each in those if each != NOTHING]
    return value


def _ways(name: str, when: When) -> Iterator[tuple[bool, When]]:
    """How a condition may turn out where others are known, itself perhaps among them."""
    if f"not {name}" not in when:
        yield True, when if name in when else (*when, name)
    if name not in when:
        yield False, when if f"not {name}" in when else (*when, f"not {name}")


def _names(value: Any) -> Iterator[str]:
    match value:
        case {"Fn::If": [str(name), _, _]}:
            yield name
        case dict():
            for each in value.values():
                yield from _names(each)
        case list():
            for each in value:
                yield from _names(each)
