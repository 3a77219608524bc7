"""What a deployment file may say, for editors (a JSON schema) and for people (a page); both from the models."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer

from settings.deployment import DeploymentBase
from settings.fields import Place, discriminator, fields_of, models_in, place_of, value_at
from settings.model import Model
from settings.presets import PRESETS, preset_of
from settings.systems import SYSTEMS, deployment_models, variants_of

ROOT = Path(__file__).parent.parent
SCHEMA = Path("deployments/schema.json")
REFERENCE = Path("docs/settings.md")
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}
HEAD = """# Settings

What a deployment file may say. Made by `make schema` from `settings/`: change it there.

A deployment is a file `deployments/NAME.yaml`; `NAME` names the stack. What it leaves out comes from the preset of its
`environment`, else from the default. A list in the file replaces the default, a section is merged with it, and `null`
takes a setting out. `make settings DEPLOYMENT=NAME` prints what is in force, and where each value comes from.
The first line `# yaml-language-server: $schema=schema.json` brings completion and checks to the editor. In a folder or
repository of your own, write the schema beside your files with `python -m commands schema --output ../ours/schema.json`
and use the same line, or put the path of this checkout into it: `$schema=/…/deployments/schema.json`.

A setting with a *parameter* can be changed without a new synthesis: it is a CloudFormation parameter of the root stack.
"""
_ABOVE = " A section of the same name that is described above, and not here, is the same."


def schema(
    folder: Annotated[Path, typer.Option(help="Where to write: the checkout.")] = ROOT,
    output: Annotated[
        Path | None, typer.Option(help="Write the schema alone, to this file, for deployments elsewhere.")
    ] = None,
) -> None:
    """Write deployments/schema.json and docs/settings.md, or the schema alone."""
    if output is not None:
        _write_schema(output)
        return
    for path, text in ((SCHEMA, json_schema()), (REFERENCE, reference())):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {file}")


def _write_schema(file: Path) -> None:
    try:
        file.write_text(json_schema(), encoding="utf-8")
    except OSError as error:
        typer.echo(
            f"{file}: cannot be written ({error.strerror}); name a file in a folder that exists", err=True
        )
        raise typer.Exit(2) from None
    typer.echo(f"wrote {file}")


def json_schema() -> str:
    """The schema of every system's deployment file."""
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {"system": {"enum": list(SYSTEMS)}}
    cases = []
    for system in SYSTEMS:
        variants = variants_of(system)
        models = deployment_models(system)
        if variants is not None:
            asked = {"required": [variants.field], "properties": {variants.field: {"enum": list(models)}}}
            cases.append({"if": _where({"system": system}), "then": asked})
        for value, model in models.items():
            body = _schema_of(model)
            definitions |= body.pop("$defs")
            says = {"system": system} | ({variants.field: value} if variants is not None else {})
            cases.append({"if": _where(says), "then": body})
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Pergola deployment"}
    body = {"type": "object", "required": ["system"], "properties": properties, "allOf": cases}
    return json.dumps({**head, **body, "$defs": definitions}, indent=2, ensure_ascii=False) + "\n"


def reference() -> str:
    """The page for people, a table per section."""
    parts = [HEAD]
    written: set[tuple[str, type[Model]]] = set()
    for system in SYSTEMS:
        variants = variants_of(system)
        for value, model in deployment_models(system).items():
            case = f" with `{variants.field}: {value}`" if variants is not None else ""
            parts.append(
                f"## `system: {system}`{case}\n\n{_words(model.__doc__)}{_ABOVE if written else ''}\n"
            )
            parts += _sections(model, "", model, written, case)
    return "\n".join(parts)


def _where(says: dict[str, str]) -> dict[str, Any]:
    """The files that say this."""
    return {"required": list(says), "properties": {name: {"const": value} for name, value in says.items()}}


def _schema_of(model: type[DeploymentBase]) -> dict[str, Any]:
    schema = model.model_json_schema()
    del schema["properties"]["name"]
    schema["required"].remove("name")
    _describe(schema, model, model, ())
    described: set[str] = set()
    for path, inner in _paths(model, ()):
        if inner.__name__ not in described:
            _describe(schema["$defs"][inner.__name__], model, inner, path)
        described.add(inner.__name__)
    tidied: dict[str, Any] = _tidy(schema)
    return tidied


def _describe(
    schema: dict[str, Any], root: type[DeploymentBase], model: type[Model], path: tuple[str, ...]
) -> None:
    """Add to each description what the presets say and which parameter turns it."""
    for name, place in fields_of(model).items():
        shown = schema["properties"][name]
        text = _description(place)
        presets = _presets(root, (*path, name))
        if presets:
            text += f" Presets: {', '.join(f'{key} {value}' for key, value in presets.items())}."
        if place.operated:
            text += f" CloudFormation parameter {place.operated.parameter}."
        shown["description"] = text


def _tidy(node: Any) -> Any:
    """Without titles, without the defaults of whole sections, and descriptions on one line."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "default" and isinstance(value, dict) and "$ref" in node:
            continue
        kept[key] = _words(value) if key == "description" and isinstance(value, str) else _tidy(value)
    return kept


def _paths(model: type[Model], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[Model]]]:
    """Every section below a model; the sections of a list's values have `[]` on the way."""
    for name, place in fields_of(model).items():
        for inner, step in _inner(place):
            here = (*path, f"{name}{step}")
            yield here, inner
            yield from _paths(inner, here)


def _inner(place: Place) -> list[tuple[type[Model], str]]:
    """The sections at a place, each with the step to it: none, `[]` of a list, `.NAME` of a mapping."""
    found = [(model, "") for model in models_in(place)]
    for kind in place.types:
        if get_origin(kind) is tuple:
            found += [(model, "[]") for model in models_in(place_of(get_args(kind)[0]))]
        if get_origin(kind) is dict:
            found += [(model, ".NAME") for model in models_in(place_of(get_args(kind)[1]))]
    return found


def _sections(
    root: type[DeploymentBase],
    heading: str,
    model: type[Model],
    written: set[tuple[str, type[Model]]],
    of: str,
) -> list[str]:
    path = tuple(heading.split(".")) if heading else ()
    rows = ["| setting | takes | default | what it is for |", "|---|---|---|---|"]
    below: list[str] = []
    for name, place in sorted(fields_of(model).items(), key=lambda field: field[0] != "system"):
        inner = _inner(place)
        sections = [f"{heading}.{name}{step}".lstrip(".") for _, step in inner]
        rows.append(_row(root, (*path, name), place, sections[0] if inner else None))
        for (section, _), title in zip(inner, sections, strict=True):
            if (title, section) in written:
                continue
            mark = discriminator(section) if len(inner) > 1 else None
            other = any(title == before for before, _ in written)
            case = f" with `{mark[0]}: {mark[1]}`" if mark else of if other else ""
            written.add((title, section))
            below.append(f"### `{title}`{case}\n\n{_words(section.__doc__)}\n")
            below += _sections(root, title, section, written, of)
    return ["\n".join(rows) + "\n", *below]


def _row(root: type[DeploymentBase], path: tuple[str, ...], place: Place, section: str | None) -> str:
    default = _default(place)
    for key, value in (*_of_known_sections(root, path), *_presets(root, path).items()):
        default += f"<br>{key}: {value}"
    text = _description(place)
    if place.operated:
        text += f" *Parameter `{place.operated.parameter}`.*"
    if section:
        kind = "list of sections" if section.endswith("[]") else "section"
        takes = f"{'a section for each, ' if section.endswith('.NAME') else f'{kind} '}`{section}`"
        takes += ", or `null`" if place.optional else ""
    else:
        takes = _takes(place)
    return f"| `{path[-1]}` | {_cell(takes)} | {_cell(default)} | {_cell(text)} |"


def _of_known_sections(root: type[DeploymentBase], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What the sections of a mapping that are there by default say, where it is not the default of a further one."""
    if path[1:2] != ("NAME",):
        return
    known = root.model_fields[path[0]].get_default(call_default_factory=True)
    for name, value in known.items():
        usual: Any = type(value).model_construct()
        for step in path[2:]:
            value, usual = getattr(value, step), getattr(usual, step, None)
        if value != usual and not isinstance(value, Model):
            yield name, _value(value)


def _takes(place: Place) -> str:
    choices = ", ".join(f"`{choice}`" for choice in place.choices)
    words = f"one of {choices}" if len(place.choices) > 1 else choices or _kind(place)
    return f"{words}, or `null`" if place.optional else words


def _kind(place: Place) -> str:
    kind = place.types[0]
    least, most = place.limit("ge"), place.limit("le")
    if least is not None and most is not None:
        return f"{WORDS[kind]}, {least:,} to {most:,}".replace(",", " ").replace("  ", ", ")
    if get_origin(kind) is tuple:
        return f"list of: {_takes(place_of(get_args(kind)[0]))}"
    if get_origin(kind) is dict:
        return f"mapping to: {_takes(place_of(get_args(kind)[1]))}"
    example = f" such as `{place.examples[0]}`" if place.examples else ""
    return WORDS[kind] + example


def _default(place: Place) -> str:
    field = place.field
    if field is None or field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    sections = isinstance(value, Model) or (
        isinstance(value, dict) and any(_is_section(one) for one in value.values())
    )
    return "" if sections else _value(value)


def _is_section(value: Any) -> bool:
    return isinstance(value, Model)


def _presets(root: type[DeploymentBase], path: tuple[str, ...]) -> dict[str, str]:
    found = {}
    [system] = get_args(root.model_fields["system"].annotation)
    for name in PRESETS:
        value: Any = preset_of(
            name, root.model_fields, {"system": system, "postgresql": {"hosted": "aurora"}}
        )
        for step in path:
            value = value_at(value, step)
        if value is not None and path[0] in root.model_fields:
            if not isinstance(value, dict):
                found[name] = _value(value)
            elif not value:
                found[name] = "on"
    return found


def _description(place: Place) -> str:
    text = place.field.description if place.field else None
    if not text and place.model is not None:
        text = place.model.__doc__
    return _words(text)


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple | list):
        return ", ".join(map(_value, value)) or "none"
    if isinstance(value, dict):
        return "none" if not value else json.dumps(value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
