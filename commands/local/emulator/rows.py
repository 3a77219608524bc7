"""A row of the table: one resource type that ministack lacks, said in data.

Values are templates:
- `{uuid}`, `{hex:17}`, `{digits:6}`, `{upper:13}`: drawn anew, of that length
- `{name}`: the generated name (stack, logical id, suffix); `{name:40}` at most that long; `{lower:40}` in small letters
- `{region}`, `{account}`, `{ref}`: where it is made, and what `Ref` answers
- `{prop:VpcId}`, `{prop:Config.Name}`: a property; `{prop:Name|…}` with what stands for it when it is left out
- `{attr:Arn}`: an attribute that is known by then
"""

import random
import re
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Check = Callable[[Mapping[str, Any]], str | None]
"""Looks at the resolved properties and says what the service would refuse, or nothing."""

PLACE = re.compile(r"\{(\w+)(?::([^{}|]+))?(?:\|((?:[^{}]|\{[^{}]*\})*))?\}")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of ministack's own API that makes the resource visible there, or takes it away again."""

    service: str
    operation: str
    parameters: "Mapping[str, Any] | Callable[[Place], Mapping[str, Any] | list[Mapping[str, Any]]]"
    """A template, or a function that makes the parameters: of one call, or of each of several."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Attribute → where in the answer it stands (`Address.PublicIp`)."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A resource type: what `Ref` and `Fn::GetAtt` answer, and what is checked beside its schema."""

    type: str
    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    create: tuple[Call, ...] = ()
    update: tuple[Call, ...] = ()
    delete: tuple[Call, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a resource is made: what its templates may speak of."""

    name: str
    region: str
    account: str
    properties: Mapping[str, Any]
    attributes: dict[str, str]
    ref: str = ""


def fill(template: Any, place: Place) -> Any:
    """The template with its places filled in; a template that is one property alone keeps that property's type."""
    if isinstance(template, Mapping):
        filled = {key: fill(value, place) for key, value in template.items()}
        return {key: value for key, value in filled.items() if value is not None}
    if isinstance(template, list | tuple):
        return [fill(each, place) for each in template]
    if not isinstance(template, str):
        return template
    whole = PLACE.fullmatch(template)
    if whole and whole.group(1) == "prop":
        return _property(whole, place)
    return PLACE.sub(lambda match: _text(match, place), template)


def _property(match: re.Match[str], place: Place) -> Any:
    value: Any = place.properties
    for part in match.group(2).split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None and match.group(3) is not None:
        return fill(match.group(3), place)
    return value


def _text(match: re.Match[str], place: Place) -> str:
    kind, argument = match.group(1), match.group(2) or ""
    length = int(argument) if argument.isdecimal() else 0
    match kind:
        case "hex":
            return secrets.token_hex(length)[:length]
        case "uuid":
            return str(uuid.uuid4())
        case "digits":
            return "".join(random.choices(string.digits, k=length))  # noqa: S311 - an identifier, no secret
        case "upper":
            return "".join(random.choices(string.ascii_uppercase + string.digits, k=length))  # noqa: S311
        case "name":
            return shortened(place.name, length)
        case "lower":
            return shortened(place.name, length).lower()
        case "region":
            return place.region
        case "account":
            return place.account
        case "ref":
            return place.ref
        case "attr":
            return place.attributes[argument]
        case "prop":
            return str(_property(match, place))
    raise ValueError(f"no such place in a row: {match.group(0)}")


def shortened(name: str, length: int) -> str:
    """The name within `length`, its unique end kept."""
    if not length or len(name) <= length:
        return name
    head, _, tail = name.rpartition("-")
    return f"{head[: length - len(tail) - 1]}-{tail}"


def camel(value: Any) -> Any:
    """The shape of the APIs of ECS and EKS: the template's names with a small first letter."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: camel(each) for name, each in value.items()}
    return [camel(each) for each in value] if isinstance(value, list) else value
