"""Finds policy statements wherever a resource has them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.report.words import Words

TRUST = "AssumeRolePolicyDocument"


@dataclass(frozen=True)
class Documents:
    """Reads policies of roles, of keys, buckets, topics …, and those that are written as text."""

    words: Words

    def of(self, resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each statement of a resource, with the path of the property that holds it."""
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Permission":
            yield "", _permission(properties)
        yield from self._below("", properties)

    def _below(self, path: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        match value:
            case {"Statement": listed} if _permits(listed):
                yield from ((path, each) for each in _many(listed))
            case _ if path.endswith("PolicyDocument"):
                text = self.words.text(value)
                if text.startswith("{"):
                    yield from ((path, each) for each in _many(json.loads(text)["Statement"]))
            case dict():
                for key, each in value.items():
                    yield from self._below(f"{path}.{key}" if path else key, each)
            case list():
                for each in value:
                    yield from self._below(path, each)


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
    return all(isinstance(each, dict) and "Effect" in each for each in _many(value))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
