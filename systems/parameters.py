"""Settings that operators may turn become CloudFormation parameters of the root stack."""

from collections.abc import Collection, Iterator
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from annotated_types import Ge, Le
from aws_cdk import CfnParameter, Stack
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from settings.operated import Operated

M = TypeVar("M", bound=BaseModel)
MOST_ALLOWED_VALUES = 20
"""A range of whole numbers up to this long becomes a list of allowed values: template rules compare only those."""


def operated(stack: Stack, settings: M, *, as_written: Collection[str] = ()) -> M:
    """Make the parameters, and return the same settings with a parameter's token in place of each operated value.

    Pass the result on to stacks; decide the shape (`if`) on the settings as written: a token compares as nonsense.
    A value that the file leaves out (None) makes no parameter, and neither does one whose parameter is in `as_written`:
    turning it would change nothing.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    turned = _turn(stack, settings, groups, as_written)
    stack.template_options.metadata = {
        "AWS::CloudFormation::Interface": {
            "ParameterGroups": [
                {"Label": {"default": group}, "Parameters": [name for name, _ in members]}
                for group, members in groups.items()
            ],
            "ParameterLabels": {
                name: {"default": label} for members in groups.values() for name, label in members
            },
        }
    }
    return turned


def _turn(
    stack: Stack, settings: M, groups: dict[str, list[tuple[str, str]]], as_written: Collection[str]
) -> M:
    update: dict[str, object] = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        mark = next((m for m in _metadata(field) if isinstance(m, Operated)), None)
        if isinstance(value, BaseModel):
            update[name] = _turn(stack, value, groups, as_written)
        elif mark is not None and value is not None and mark.parameter not in as_written:
            update[name] = _parameter(stack, mark, field, value)
            groups.setdefault(mark.group, []).append((mark.parameter, mark.label))
    return settings.model_copy(update=update)


def _parameter(stack: Stack, mark: Operated, field: FieldInfo, value: int | str) -> int | str:
    number = isinstance(value, int)
    parameter = CfnParameter(
        stack,
        mark.parameter,
        type="Number" if number else "String",
        default=str(value),
        description=(field.description or mark.label).replace("`", ""),
        allowed_values=_allowed_values(field),
        allowed_pattern=mark.pattern,
        constraint_description=mark.constraint,
    )
    return int(parameter.value_as_number) if number else parameter.value_as_string


def _allowed_values(field: FieldInfo) -> list[str] | None:
    if get_origin(field.annotation) is Literal:
        return [str(value) for value in get_args(field.annotation)]
    least = next((m.ge for m in _metadata(field) if isinstance(m, Ge)), None)
    most = next((m.le for m in _metadata(field) if isinstance(m, Le)), None)
    if isinstance(least, int) and isinstance(most, int) and most - least < MOST_ALLOWED_VALUES:
        return [str(value) for value in range(least, most + 1)]
    return None


def _metadata(field: FieldInfo) -> Iterator[Any]:
    """What a field is annotated with, also where the annotation is one side of `… | None`."""
    yield from field.metadata
    for option in get_args(field.annotation):
        if get_origin(option) is Annotated:
            yield from option.__metadata__
