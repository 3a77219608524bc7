"""The effective settings of a deployment, and where each value comes from."""

import io
import json
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from commands.chosen import FOLDER, Folder
from commands.console import console, ended
from settings.fields import value_at
from settings.load import BadDeploymentFile, Loaded, deployment_files, load_deployment

STYLES = {"file": "bold", "preset": "cyan", "default": "dim"}


class Format(StrEnum):
    """How settings are printed."""

    table = "table"
    yaml = "yaml"
    json = "json"


def settings(
    deployment: Annotated[str | None, typer.Argument(help="Name of the deployment. Left out: all.")] = None,
    deployments: Folder = FOLDER,
    output: Annotated[
        Format, typer.Option("--format", help="yaml is a complete deployment file.")
    ] = Format.table,
) -> None:
    """Print every setting of a deployment with its value and where it comes from: file, preset or default."""
    try:
        loaded = [load_deployment(path) for path in deployment_files(deployments, only=deployment or None)]
    except BadDeploymentFile as error:
        raise ended(error, code=2) from None
    for one in loaded:
        if output is Format.table:
            console().print(as_table(one))
        else:
            print(as_yaml(one) if output is Format.yaml else as_json(one))  # noqa: T201 -- read by programs


def as_table(loaded: Loaded) -> Table:
    """A row per setting."""
    table = Table(
        title=f"{loaded.deployment.name}: {loaded.deployment.system}, {loaded.deployment.environment}"
    )
    table.add_column("setting", overflow="fold")
    table.add_column("value", overflow="fold")
    table.add_column("from")
    for path, value in _values(loaded):
        origin = loaded.origins[path]
        table.add_row(Text(path), Text(_text(value)), Text(origin, style=STYLES[origin]))
    return table


def as_json(loaded: Loaded) -> str:
    """An object per setting."""
    rows = [
        {"setting": path, "value": value, "from": loaded.origins[path]} for path, value in _values(loaded)
    ]
    return json.dumps({"deployment": loaded.deployment.name, "settings": rows}, indent=2, ensure_ascii=False)


def as_yaml(loaded: Loaded) -> str:
    """A deployment file that leaves nothing out, with the origin of each line that the file did not give."""
    document = CommentedMap()
    for path, value in _values(loaded):
        *sections, last = path.split(".")
        node = document
        for section in sections:
            node = node.setdefault(section, CommentedMap())
        node[last] = value
        if loaded.origins[path] != "file" and not (isinstance(value, list | dict) and value):
            node.yaml_add_eol_comment(_origin(loaded, path), last)
    text = io.StringIO()
    yaml = YAML(pure=True)
    yaml.width = 1000
    yaml.representer.add_representer(type(None), _null)
    yaml.dump(document, text)
    return text.getvalue().rstrip("\n")


def _values(loaded: Loaded) -> list[tuple[str, Any]]:
    data = loaded.deployment.model_dump(mode="json")
    found = []
    for path in loaded.origins:
        value: Any = data
        for step in path.split("."):
            value = value_at(value, step)
        found.append((path, value))
    return sorted(found, key=lambda row: _place(row[0]))


def _place(path: str) -> tuple[int, int]:
    """What tells deployments apart first, then single settings, then sections, each in the order of the models."""
    first = ("system", "environment")
    return (first.index(path) if path in first else len(first), "." in path)


def _origin(loaded: Loaded, path: str) -> str:
    origin = loaded.origins[path]
    return f"{loaded.deployment.environment} preset" if origin == "preset" else origin


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _null(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")
