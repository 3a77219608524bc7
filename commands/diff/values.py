"""Where two values differ, and how a value of a template is written for people."""

import json
from collections.abc import Iterator
from typing import Any

from commands.diff.changes import HIDDEN, Difference

NAMES = ("Name", "name", "Key", "Id", "Sid", "key")
"""Keys by which the items of a list are told apart, so that one more does not move all others."""
LONGEST = 240
AROUND = 30
"""Characters of what is the same that are shown at either side of what differs in a long text."""


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """The places where two values differ, as deep as both have the same shape."""
    old, new = _opened(old, new)
    if isinstance(old, dict) and isinstance(new, dict) and not (_is_function(old) or _is_function(new)):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list):
        for label, before, after in matched(old, new):
            yield from differences(before, after, f"{path}{label}")
    elif _plain(old) != _plain(new):
        yield Difference(path=path, old=old, new=new)


def shown(difference: Difference) -> str:
    """`old → new`, of long texts only what differs with a little around it."""
    if difference.old == difference.new == HIDDEN:
        return "value changed"
    old, new = written(difference.old), written(difference.new)
    if difference.old is None:
        return f"+ {_cut(new)}"
    if difference.new is None:
        return f"- {_cut(old)}"
    if old == new:
        old, new = json.dumps(difference.old), json.dumps(difference.new)
    if max(len(old), len(new)) > LONGEST:
        old, new = _narrowed(old, new)
    return f"{_cut(old)} → {_cut(new)}"


def written(value: Any) -> str:
    """A value on one line, with `${…}` for what CloudFormation puts in."""
    return text(value).replace("\n", "⏎")


def text(value: Any) -> str:
    """A value as text, that of a text as it is, with `${…}` for what CloudFormation puts in."""
    meant = _meant(value)
    return meant if isinstance(meant, str) else json.dumps(meant, ensure_ascii=False, separators=(", ", ": "))


def _meant(value: Any) -> Any:
    """The value with functions as text, where text can say it."""
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(map(text, parts))
        case {"Fn::Sub": [str(whole), dict(given)]}:
            for name, meant in given.items():
                whole = whole.replace(f"${{{name}}}", text(meant))
            return whole
        case {"Fn::Sub": str(whole)}:
            return whole
        case dict():
            return {key: _meant(each) for key, each in value.items()}
        case list():
            return [_meant(each) for each in value]
    return value


def _opened(old: Any, new: Any) -> tuple[Any, Any]:
    """Both values, or what is in them where both are JSON as text: a dashboard, a policy."""
    inside = [_json(text(each).strip()) if _is_text(each) else None for each in (old, new)]
    return (old, new) if None in inside else (inside[0], inside[1])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, dict) and bool({"Fn::Join", "Fn::Sub"} & value.keys())
    )


def _json(whole: str) -> dict[str, Any] | list[Any] | None:
    if whole[:1] not in ("{", "["):
        return None
    try:
        found: dict[str, Any] | list[Any] = json.loads(whole)
    except ValueError:
        return None
    return found


def _is_function(value: dict[str, Any]) -> bool:
    return len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)


def matched(old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """The items that belong together, by a key that names them, by what they say or by their place."""
    for key in NAMES:
        first, second = named(old, key), named(new, key)
        if first is not None and second is not None:
            for name in dict.fromkeys((*first, *second)):
                yield f"[{name}]", first.get(name), second.get(name)
            return
    if len(old) == len(new):
        yield from ((f"[{at}]", *each) for at, each in enumerate(zip(old, new, strict=True)))
        return
    rest = list(new)
    for each in old:
        if each in rest:
            rest.remove(each)
        else:
            yield "[]", each, None
    yield from (("[]", None, each) for each in rest)


def named(items: list[Any], key: str) -> dict[str, Any] | None:
    if not all(isinstance(each, dict) and isinstance(each.get(key), str) for each in items):
        return None
    found = {each[key]: each for each in items}
    return found if len(found) == len(items) else None


def _plain(value: Any) -> Any:
    """CloudFormation takes `"10"` for 10 and `"true"` for true."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _narrowed(old: str, new: str) -> tuple[str, str]:
    start = next(
        (at for at, (left, right) in enumerate(zip(old, new, strict=False)) if left != right),
        min(len(old), len(new)),
    )
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    start, end = max(start - AROUND, 0), max(end - AROUND, 0)
    before, after = "…" if start else "", "…" if end else ""
    return tuple(f"{before}{text[start : len(text) - end]}{after}" for text in (old, new))  # type: ignore[return-value]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
