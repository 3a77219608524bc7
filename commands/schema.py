"""What a deployment file may say, for editors (a JSON schema) and for people (a page); both from the models."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer

from settings.deployment import DeploymentBase
from settings.fields import Place, fields_of, models_in, place_of, value_at
from settings.model import Model
from settings.presets import PRESETS
from settings.systems import SYSTEMS, deployment_model

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
    models = [deployment_model(system) for system in SYSTEMS]
    schemas = [_schema_of(model) for model in models]
    definitions = {name: one for each in schemas for name, one in each.pop("$defs", {}).items()}
    body = (
        schemas[0] if len(schemas) == 1 else {"oneOf": schemas, "discriminator": {"propertyName": "system"}}
    )
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Pergola deployment"}
    return json.dumps({**head, **body, "$defs": definitions}, indent=2, ensure_ascii=False) + "\n"


def reference() -> str:
    """The page for people, a table per section."""
    parts = [HEAD]
    for system in SYSTEMS:
        model = deployment_model(system)
        parts.append(f"## `system: {system}`\n\n{_words(model.__doc__)}\n")
        parts += _sections(model, "", model)
    return "\n".join(parts)


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
    own = [(model, "") for model in models_in(place)]
    lists = [kind for kind in place.types if get_origin(kind) is tuple]
    return own + [(model, "[]") for kind in lists for model in models_in(place_of(get_args(kind)[0]))]


def _sections(root: type[DeploymentBase], heading: str, model: type[Model]) -> list[str]:
    path = tuple(heading.split(".")) if heading else ()
    rows = ["| setting | takes | default | what it is for |", "|---|---|---|---|"]
    below: list[str] = []
    for name, place in sorted(fields_of(model).items(), key=lambda field: field[0] != "system"):
        inner = _inner(place)
        sections = [f"{heading}.{name}{step}".lstrip(".") for _, step in inner]
        rows.append(_row(root, (*path, name), place, sections[0] if inner else None))
        for (section, _), title in zip(inner, sections, strict=True):
            kind = next(
                (
                    str(get_args(info.annotation)[0])
                    for key, info in section.model_fields.items()
                    if key == "type"
                ),
                "",
            )
            below.append(
                f"### `{title}`{f' with `type: {kind}`' if kind else ''}\n\n{_words(section.__doc__)}\n"
            )
            below += _sections(root, title, section)
    return ["\n".join(rows) + "\n", *below]


def _row(root: type[DeploymentBase], path: tuple[str, ...], place: Place, section: str | None) -> str:
    default = _default(place)
    for key, value in _presets(root, path).items():
        default += f"<br>{key}: {value}"
    text = _description(place)
    if place.operated:
        text += f" *Parameter `{place.operated.parameter}`.*"
    if section:
        takes = f"{'list of sections' if section.endswith('[]') else 'section'} `{section}`"
        takes += ", or `null`" if place.optional else ""
    else:
        takes = _takes(place)
    return f"| `{path[-1]}` | {_cell(takes)} | {_cell(default)} | {_cell(text)} |"


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
    return "" if isinstance(value, Model) else _value(value)


def _presets(root: type[DeploymentBase], path: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for name, preset in PRESETS.items():
        value: Any = preset
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
