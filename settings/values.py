"""Paths into the plain values of a file, and into the settings that are made of them."""

from collections.abc import Iterator
from typing import Any

from settings.fields import place_at, value_at
from settings.model import Model, Refusal
from settings.problems import Path_


def all_refusals(model: Model, path: Path_) -> Iterator[tuple[Path_, Refusal]]:
    """What each model below says is wrong, with its path."""
    for name in type(model).model_fields:
        for step, child in _children(getattr(model, name)):
            if isinstance(child, Model):
                yield from all_refusals(child, (*path, name, *step))
    for refusal in model.refusals():
        yield path, refusal


def _children(value: Any) -> Iterator[tuple[Path_, Any]]:
    """The values of a list, or of a mapping of sections, with the step to each; else the value itself."""
    if isinstance(value, tuple):
        yield from (((index,), child) for index, child in enumerate(value))
    elif isinstance(value, dict) and any(isinstance(child, Model) for child in value.values()):
        yield from (((key,), child) for key, child in value.items())
    else:
        yield (), value


def texts(values: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every text among plain values."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from texts(value, (*path, key))
    elif isinstance(values, tuple):
        for index, value in enumerate(values):
            yield from texts(value, (*path, index))
    elif isinstance(values, str):
        yield path, values


def steps(field: str) -> Iterator[str | int]:
    """The steps of a dotted path: `providers.0.name`."""
    return (int(step) if step.isdecimal() else step for step in field.split("."))


def leaves(model: Model, path: Path_) -> Iterator[Path_]:
    """The path of every setting that is no section."""
    for name, info in type(model).model_fields.items():
        if info.exclude:
            continue
        value = getattr(model, name)
        for step, child in _children(value) if not isinstance(value, tuple) else (((), value),):
            if isinstance(child, Model):
                yield from leaves(child, (*path, name, *step))
            else:
                yield (*path, name, *step)


def in_data(location: tuple[int | str, ...], data: Any) -> Path_:
    """Pydantic's location without the tags of unions and the marks of keys that it puts between."""
    path: list[int | str] = []
    for step in location:
        if step == "[key]" or (isinstance(step, str) and not isinstance(data, dict)):
            continue
        if isinstance(data, dict) and step not in data and step != location[-1]:
            continue
        data = value_at(data, step)
        path.append(step)
    return tuple(path)


def without(values: Any, paths: set[Path_], here: Path_ = ()) -> Any:
    """The values without those at the paths; a list loses all of itself with one of its values."""
    if not isinstance(values, dict):
        return values
    kept = {}
    for key, value in values.items():
        path = (*here, key)
        if path in paths or (isinstance(value, tuple) and any(other[: len(path)] == path for other in paths)):
            continue
        kept[key] = without(value, paths, path)
    return kept


def fill_example(model: type[Model], values: dict[str, Any], path: Path_) -> None:
    """Put an example where a required setting is wrong or missing."""
    place = place_at(model, path, values)
    if place is None or place.field is None or not place.field.is_required():
        return
    target: Any = values
    for step in path[:-1]:
        target = target.get(step) if isinstance(target, dict) else None
    if isinstance(target, dict) and path[-1] not in target:
        example = place.examples[0] if place.examples else place.choices[0] if place.choices else None
        target[str(path[-1])] = tuple(example) if isinstance(example, list) else example


def reaches(values: Any, path: Path_) -> bool:
    """Whether there is something at the path."""
    for step in path:
        if not isinstance(values, dict) or step not in values:
            return False
        values = values[step]
    return True


def touches(field: Path_, suspect: Path_) -> bool:
    """Whether one is the other or lies in it."""
    length = min(len(field), len(suspect))
    return field[:length] == suspect[:length]
