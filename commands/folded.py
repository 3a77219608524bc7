"""A value of a template as one text: what CloudFormation joins and puts in is put together here."""

from collections.abc import Callable
from typing import Any

from commands.flattened import SUBSTITUTED


def folded(value: Any, *, named: Callable[[str], str], other: Callable[[Any], str]) -> str:
    """The text.

    Args:
        value: As the template has it.
        named: What stands for a reference, given as `Name` or `Name.Attribute`.
        other: What stands for anything that is no text.
    """

    def fold(part: Any) -> str:
        return folded(part, named=named, other=other)

    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return named(name)
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return named(f"{name}.{attribute}")
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(map(fold, parts))
        case {"Fn::Sub": str(text)}:
            return SUBSTITUTED.sub(lambda found: named(found[1]), text)
        case {"Fn::Sub": [str(text), dict(given)]}:
            return SUBSTITUTED.sub(
                lambda found: fold(given[found[1]]) if found[1] in given else named(found[1]), text
            )
    return other(value)
