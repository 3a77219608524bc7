"""Where two Kubernetes objects differ: unlike CloudFormation, Kubernetes takes "10" for text and 10 for a number."""

import json
from collections.abc import Iterator
from typing import Any

from commands.diff.changes import Difference
from commands.diff.values import NAMES, matched, named


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """The places where two objects differ; the order of a list counts, and text is text even where it is JSON."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list):
        for label, before, after in matched(old, new):
            yield from differences(before, after, f"{path}{label}")
        before, after = _order(old, new)
        if before != after:
            yield Difference(path=f"{path} (order)", old=before, new=after)
    elif json.dumps(old) != json.dumps(new):
        yield Difference(path=path, old=old, new=new)


def _order(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """What is in both lists in the order of each; nothing where the items are told apart by their place."""
    for key in NAMES:
        first, second = named(old, key), named(new, key)
        if first is not None and second is not None:
            return [each for each in first if each in second], [each for each in second if each in first]
    if len(old) == len(new):
        return [], []
    before, after = (dict.fromkeys(map(json.dumps, items)) for items in (old, new))
    remaining = [json.loads(each) for each in before if each in after]
    return remaining, [json.loads(each) for each in after if each in before]
