"""Finds policy statements wherever a resource has them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.report.conditional import When, listed, variants
from commands.report.words import Words, is_text

TRUST = "AssumeRolePolicyDocument"
UNREAD = "is written in a way that could not be read:"
"""Stands for the effect, so that what cannot be read is not taken for what is not there."""


@dataclass(frozen=True)
class Found:
    """A statement: `where` is the path of the property that holds it, `when` the conditions under which it counts."""

    where: str
    when: When
    statement: dict[str, Any]


@dataclass(frozen=True)
class Documents:
    """Reads policies of roles, of keys, buckets, topics …, and those that are written as text."""

    words: Words

    def of(self, resource: dict[str, Any]) -> Iterator[Found]:
        """Each statement of a resource; what has conditions in it is still as it is written."""
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Permission":
            yield Found("", (), _permission(properties))
        yield from self._below("", properties, ())

    def _below(self, path: str, value: Any, when: When) -> Iterator[Found]:
        is_policy = path.endswith("PolicyDocument")
        match value:
            case {"Fn::If": [str(), _, _]}:
                for holds, each in listed(value, when):
                    yield from self._below(path, each, holds)
            case {"Statement": written} if is_policy or _permits(written):
                yield from (Found(path, holds, _readable(each)) for holds, each in listed(written, when))
            case _ if is_policy and is_text(value):
                for holds, each in variants(value, when):
                    yield from (Found(path, holds, one) for one in _in_text(self.words.text(each)))
            case dict():
                for key, each in value.items():
                    yield from self._below(f"{path}.{key}" if path else key, each, when)
            case list():
                for each in value:
                    yield from self._below(path, each, when)


def _permission(properties: dict[str, Any]) -> dict[str, Any]:
    """What Lambda makes of it: a statement in the function's policy."""
    narrowed = {key: properties[key] for key in ("SourceArn", "SourceAccount") if key in properties}
    return {
        "Effect": "Allow",
        "Principal": {"Service": properties["Principal"]},
        "Action": properties["Action"],
        "Resource": properties["FunctionName"],
        "Condition": narrowed,
    }


def _permits(value: Any) -> bool:
    """AWS WAF has statements, too, which permit nothing."""
    return any(isinstance(each, dict) and "Effect" in each for _, each in listed(value))


def _in_text(text: str) -> Iterator[dict[str, Any]]:
    """The statements of a document that is written as JSON."""
    try:
        document = json.loads(text)
    except ValueError:
        document = {"Statement": text}
    written = document.get("Statement", []) if isinstance(document, dict) else document
    yield from (_readable(each) for _, each in listed(written))


def _readable(statement: Any) -> dict[str, Any]:
    if isinstance(statement, dict) and "Effect" in statement:
        return statement
    return {"Effect": UNREAD, "Action": [], "Resource": statement}
