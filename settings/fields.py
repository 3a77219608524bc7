"""Walks the settings models: which field, of which type, stands at a path."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from settings.model import Model
from settings.operated import Operated
from settings.problems import Path_


@dataclass(frozen=True)
class Place:
    """What is known of one place in a deployment file."""

    types: tuple[Any, ...]
    """Types that it takes, without null; several only in a union."""
    optional: bool
    """Null is a value here."""
    metadata: tuple[Any, ...] = ()
    """Constraints and marks, the nearest first."""
    field: FieldInfo | None = None
    """The field, unless this is an item of a list or a value of a mapping."""

    @property
    def model(self) -> type[Model] | None:
        """The model, where there is one and only one."""
        models = [kind for kind in self.types if isinstance(kind, type) and issubclass(kind, Model)]
        return models[0] if len(models) == 1 else None

    @property
    def choices(self) -> tuple[Any, ...]:
        """The allowed values, where they are listed."""
        return tuple(value for kind in self.types if get_origin(kind) is Literal for value in get_args(kind))

    @property
    def operated(self) -> Operated | None:
        """The mark of a setting that is a CloudFormation parameter."""
        return next((mark for mark in self.metadata if isinstance(mark, Operated)), None)

    @property
    def examples(self) -> list[Any]:
        """Values that would be right."""
        return next(
            (mark.examples for mark in self.metadata if isinstance(mark, FieldInfo) and mark.examples), []
        )

    def limit(self, name: str) -> Any:
        """A constraint such as `ge`, or None."""
        return next((value for mark in self.metadata if (value := _limit(mark, name)) is not None), None)


def place_of(annotation: Any, metadata: tuple[Any, ...] = (), field: FieldInfo | None = None) -> Place:
    """Take an annotation apart."""
    types: list[Any] = []
    marks = list(metadata)
    optional = False
    for kind, found in _parts(annotation, ()):
        if kind is NoneType:
            optional = True
        else:
            types.append(kind)
            marks.extend(found)
    return Place(tuple(types), optional, tuple(marks), field)


def fields_of(model: type[Model]) -> dict[str, Place]:
    """The fields that a file may give, in order."""
    return {
        name: place_of(info.annotation, (info, *info.metadata), info)
        for name, info in model.model_fields.items()
        if not info.exclude
    }


def step_into(place: Place, step: str | int, data: Any = None) -> Place | None:
    """The place one step further; `data` is the value here, which tells the members of a union apart."""
    for kind in _members(place, data):
        if isinstance(kind, type) and issubclass(kind, Model):
            found = fields_of(kind).get(str(step))
            if found is not None:
                return found
        elif get_origin(kind) is tuple and isinstance(step, int):
            return place_of(get_args(kind)[0])
        elif get_origin(kind) is dict and isinstance(step, str):
            return place_of(get_args(kind)[1])
    return None


def key_place(place: Place | None) -> Place | None:
    """What a key of a mapping must be."""
    kinds = [kind for kind in place.types if get_origin(kind) is dict] if place else []
    return place_of(get_args(kinds[0])[0]) if kinds else None


def place_at(model: type[Model], path: Path_, data: Any = None) -> Place | None:
    """What stands at a path, or None where nothing may stand."""
    place: Place | None = Place((model,), optional=False)
    for step in path:
        if place is None:
            return None
        place = step_into(place, step, data)
        data = value_at(data, step)
    return place


def value_at(data: Any, step: str | int) -> Any:
    """One step into plain values; None where there is nothing."""
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, tuple) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def models_in(place: Place, data: Any = None) -> list[type[Model]]:
    """The models that may stand at a place; one, where `data` says which."""
    return [kind for kind in _members(place, data) if isinstance(kind, type) and issubclass(kind, Model)]


def discriminator(model: type[Model]) -> tuple[str, str] | None:
    """The field and the value that tell a model from others of its union."""
    for name, info in model.model_fields.items():
        values = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
        if len(values) == 1:
            return name, str(values[0])
    return None


def _members(place: Place, data: Any) -> Iterator[Any]:
    for kind in place.types:
        is_model = isinstance(kind, type) and issubclass(kind, Model)
        if len(place.types) == 1 or not is_model or not isinstance(data, dict) or _is_meant(kind, data):
            yield kind


def _is_meant(model: type[Model], data: dict[str, Any]) -> bool:
    """Whether what is given is of this member of a union."""
    mark = discriminator(model)
    if mark is None:
        return True
    name, value = mark
    field = model.model_fields[name]
    return bool(data.get(name, None if field.is_required() else field.default) == value)


def _parts(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        yield from _parts(inner, (*metadata, *marks))
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _parts(member, metadata)
    else:
        yield annotation, metadata


def _limit(mark: Any, name: str) -> Any:
    if isinstance(mark, FieldInfo):
        return next(
            (value for inner in mark.metadata if (value := getattr(inner, name, None)) is not None), None
        )
    return getattr(mark, name, None)
