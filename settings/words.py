"""Pydantic's errors in plain words: what is wrong, the value, the remedy."""

from collections.abc import Callable, Collection
from typing import Any

from settings.fields import Place, discriminator, fields_of, models_in
from settings.model import Model
from settings.problems import nearest, shown

Words = Callable[["Wrong"], str]


class Wrong:
    """One of pydantic's errors with what is known of its place."""

    def __init__(
        self, *, kind: str, context: dict[str, Any], value: Any, written: str | None, place: Place | None
    ) -> None:
        self.kind, self.context, self.value, self.place = kind, context, value, place
        self.shown = shown(value, written)
        self.written = written

    @property
    def words(self) -> str:
        """The sentence."""
        return WORDS.get(self.kind, _fallback)(self)


def missing(place: Place | None) -> str:
    """What to say of a required setting that is not there."""
    example = f", such as {_plain(place.examples[0])}" if place and place.examples else ""
    choices = f", one of {_listed(place.choices)}" if place and place.choices and not example else ""
    description = place.field.description if place and place.field else None
    return f"is missing; give it{example}{choices}{f' ({_sentence(description)})' if description else ''}"


def unknown_key(key: str, model: type[Model], given: Collection[str] = ()) -> tuple[str, str | None]:
    """What to say of a key that a model does not have, and the key, not given yet, that was probably meant."""
    known = list(fields_of(model))
    meant = nearest(key, [name for name in known if name not in given])
    remedy = f"did you mean {meant}?" if meant else f"known here are {', '.join(known)}"
    return f"is not a setting; {remedy}", meant


def of_another(key: str, place: Place, model: type[Model], given: Collection[str]) -> str | None:
    """What to say of a key that another member of a union has, None where none has it.

    model: the member that is meant. given: the keys of the section.
    """
    mine = discriminator(model)
    others = (discriminator(other) for other in models_in(place) if key in fields_of(other))
    other = next((mark for mark in others if mark is not None), None)
    if mine is None or other is None:
        return None
    field, value = other
    if field not in given:
        return f"is a setting with {field}: {value} alone; write that too, or take this out"
    return f"is a setting with {field}: {value} alone, and {field} is {mine[1]}; take one of the two out"


def _needs(wanted: str) -> Words:
    def words(wrong: Wrong) -> str:
        if wrong.value is None:
            required = (
                wrong.place is not None and wrong.place.field is not None and wrong.place.field.is_required()
            )
            remedy = (
                _example(wrong, wanted) if required else "give a value, or take the line out for the default"
            )
            return f"is empty and needs {wanted}; {remedy}"
        return f"{wrong.shown} is not {wanted}; {_example(wrong, wanted)}"

    return words


def _text(wrong: Wrong) -> str:
    if isinstance(wrong.value, bool | int | float):
        text = wrong.written if wrong.written is not None else shown(wrong.value)
        what = "true or false" if isinstance(wrong.value, bool) else "a number"
        return f"{text} is read as {what} and text is needed; put it in quotes: {text[:60]!r}"
    return _needs("text")(wrong)


def _boolean(wrong: Wrong) -> str:
    if isinstance(wrong.value, str) and wrong.value.lower() in ("yes", "on", "y", "no", "off", "n"):
        meant = "true" if wrong.value.lower() in ("yes", "on", "y") else "false"
        return f"{wrong.shown} is text in YAML 1.2, and true or false is needed; write {meant}"
    return _needs("true or false")(wrong)


def _number(wrong: Wrong) -> str:
    return _needs("a whole number" if wrong.kind.startswith("int") else "a number")(wrong)


def _section(wrong: Wrong) -> str:
    if wrong.value is None:
        return "is empty; give its settings below it, or take the line out"
    names = [name for model in models_in(wrong.place) for name in fields_of(model)] if wrong.place else []
    known = f" ({', '.join(names[:4])} …)" if names else ""
    return f"{wrong.shown} is not a section; write its settings{known} on lines of their own below it"


def _list(wrong: Wrong) -> str:
    if wrong.value is None:
        return "is empty and needs a list; write `- value` lines below it, or [] for none"
    return f"{wrong.shown} is not a list; write `- value` lines below it"


def _choice(wrong: Wrong) -> str:
    choices = wrong.place.choices if wrong.place else ()
    if wrong.value is None:
        return f"is empty; use one of {_listed(choices)}"
    if isinstance(wrong.value, int | float) and wrong.written in choices:
        return f"{wrong.written} is read as a number and text is needed; put it in quotes: {wrong.written!r}"
    meant = (
        nearest(wrong.value, [str(choice) for choice in choices]) if isinstance(wrong.value, str) else None
    )
    quotes = (
        "without quotes, "
        if isinstance(wrong.value, str) and any(str(c) == wrong.value for c in choices)
        else ""
    )
    if quotes or meant is None or len(choices) == 1:
        one_of = "one of " if len(choices) > 1 else ""
        return f"{wrong.shown} is not allowed; use {quotes}{one_of}{_listed(choices)}"
    return f"{wrong.shown} is not allowed; did you mean {meant}? Use one of {_listed(choices)}"


def _range(wrong: Wrong) -> str:
    place = wrong.place
    least, most = (place.limit("ge"), place.limit("le")) if place else (None, None)
    what = "too small" if wrong.kind.startswith("greater") else "too large"
    return f"{wrong.shown} is {what}; use {least} to {most}"


def _form(wrong: Wrong) -> str:
    operated = wrong.place.operated if wrong.place else None
    if operated is not None and operated.constraint:
        return f"{wrong.shown} does not fit: it {operated.constraint}; {_example(wrong, 'a right one')}"
    return f"{wrong.shown} has the wrong form; {_example(wrong, 'another')}"


def _length(wrong: Wrong) -> str:
    place = wrong.place
    least, most = (place.limit("min_length"), place.limit("max_length")) if place else (None, None)
    characters = isinstance(wrong.value, str)
    unit = "character" if characters else "value"
    size = f"{len(wrong.value)} {unit}{'' if len(wrong.value) == 1 else 's'}"
    what = f"{wrong.shown} has {size}" if characters else f"has {size}"
    limits = f"{least} to {most}" if least and most else f"at least {least}" if least else f"at most {most}"
    return f"{what}; give {limits}"


def _which(wrong: Wrong) -> str:
    """A member of a union that does not say, or says wrongly, which it is."""
    marks = (
        [mark for model in models_in(wrong.place) if (mark := discriminator(model))] if wrong.place else []
    )
    tag = marks[0][0] if marks else "type"
    given = wrong.value.get(tag) if isinstance(wrong.value, dict) else None
    what = f"{tag} is missing" if given is None else f"{tag} {shown(given)} is not known"
    return f"{what}; use one of {_listed(tuple(value for _, value in marks))}"


def _said(wrong: Wrong) -> str:
    """A validator of ours wrote the sentence."""
    return str(wrong.context.get("error", "")) or _fallback(wrong)


def _fallback(wrong: Wrong) -> str:
    return f"{wrong.shown} is not valid here ({wrong.kind.replace('_', ' ')}); see docs/settings.md"


def _example(wrong: Wrong, wanted: str) -> str:
    place = wrong.place
    if place and place.examples:
        return f"write one like {_plain(place.examples[0])}"
    least, most = (place.limit("ge"), place.limit("le")) if place else (None, None)
    return f"use {least} to {most}" if least is not None and most is not None else f"write {wanted}"


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_plain(inner)}' for key, inner in value.items())}}}"
    return value if isinstance(value, str) else shown(value)


def _listed(choices: tuple[Any, ...]) -> str:
    return ", ".join(_plain(choice) for choice in choices)


def _sentence(description: str) -> str:
    first = " ".join(description.split()).split(". ")[0].rstrip(".")
    return first[0].lower() + first[1:] if first[1:2].islower() else first


WORDS: dict[str, Words] = {
    "missing": lambda wrong: missing(wrong.place),
    "string_type": _text,
    "string_unicode": _text,
    "bool_type": _boolean,
    "bool_parsing": _boolean,
    "int_type": _number,
    "int_from_float": _number,
    "int_parsing": _number,
    "int_parsing_size": _number,
    "float_type": _number,
    "float_parsing": _number,
    "finite_number": _number,
    "model_type": _section,
    "model_attributes_type": _section,
    "dict_type": _section,
    "tuple_type": _list,
    "literal_error": _choice,
    "greater_than_equal": _range,
    "less_than_equal": _range,
    "string_pattern_mismatch": _form,
    "string_too_short": _length,
    "string_too_long": _length,
    "too_short": _length,
    "too_long": _length,
    "union_tag_invalid": _which,
    "union_tag_not_found": _which,
    "value_error": _said,
    "assertion_error": _said,
}
