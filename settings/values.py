"""Paths into the plain values of a file, and into the settings that are made of them."""

from collections.abc import Iterator
from typing import Any

from settings.deployment import DeploymentBase
from settings.fields import place_at, value_at
from settings.model import Model, Refusal
from settings.problems import Path_


def all_refusals(model: Model, path: Path_) -> Iterator[tuple[Path_, Refusal]]:
    """What each model below says is wrong, with its path."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        for step, child in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            if isinstance(child, Model):
                yield from all_refusals(child, (*path, name) if step is None else (*path, name, step))
    for refusal in model.refusals():
        yield path, refusal


def steps(field: str) -> Iterator[str | int]:
    """The steps of a dotted path: `providers.0.name`."""
    return (int(step) if step.isdecimal() else step for step in field.split("."))


def leaves(model: Model, path: Path_) -> Iterator[Path_]:
    """The path of every setting that is no section."""
    for name, info in type(model).model_fields.items():
        if info.exclude:
            continue
        value = getattr(model, name)
        if isinstance(value, Model):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name)


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


def known_sections(preset: dict[str, Any], model: type[DeploymentBase]) -> dict[str, Any]:
    """What of a preset concerns the sections that the system has."""
    return {key: value for key, value in preset.items() if key in model.model_fields}


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
