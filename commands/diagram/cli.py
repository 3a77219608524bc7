"""The pictures in the documentation, and that of one deployment, drawn from the templates."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.assembly import DIST, ROOT
from commands.chosen import FOLDER, Folder, chosen
from commands.diagram.graphviz import NotDrawn
from commands.diagram.picture import picture
from commands.synthesis import synthesize
from commands.synthesized import refusals, synthesized, writing_to

PICTURES = {ROOT / "docs" / "pictures" / "open-webui-stacks.svg": "open-webui-prod"}
"""Files that pages show, and the deployment that each draws."""


def diagram(
    deployment: Annotated[
        str, typer.Option(help="Drawn into the output folder. Left out: the pictures in docs/.")
    ] = "",
    deployments: Folder = FOLDER,
    output: Annotated[Path, typer.Option(help="Folder for the picture of one deployment.")] = DIST,
) -> None:
    """Draw the nested stacks of a deployment, or the pictures in docs/ anew."""
    with refusals(NotDrawn):
        if deployment:
            _one(deployment, deployments, output / f"{deployment}-stacks.svg")
        else:
            _documented()


def _one(deployment: str, deployments: Path, file: Path) -> None:
    with synthesized(chosen(deployment, deployments), rules=False) as made:
        drawn = picture(made.assembly, deployment)
    with writing_to(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{drawn}\n", encoding="utf-8")
    print(f"drawn: {file}; open it in a browser")  # noqa: T201 -- a path to copy


def _documented() -> None:
    with tempfile.TemporaryDirectory() as assembly:
        synthesize(Path(assembly), context={}, rules=False)
        for file, deployment in PICTURES.items():
            file.write_text(f"{picture(Path(assembly), deployment)}\n", encoding="utf-8")
            Console().print(f"drawn: {file.relative_to(ROOT)}")
