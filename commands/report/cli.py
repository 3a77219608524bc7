"""`make report`: a deployment on one page, for who has to approve it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.assembly import DIST
from commands.chosen import FOLDER, Folder, Name, chosen
from commands.diagram.graphviz import NotDrawn
from commands.manifest_files import BadManifest
from commands.report.page import page
from commands.synthesized import refusals, synthesized, writing_to


def report(
    deployment: Name = "",
    deployments: Folder = FOLDER,
    output: Annotated[Path, typer.Option(help="Folder in which the page is written.")] = DIST,
) -> None:
    """Write the page: what the deployment makes and permits, with nothing to load from anywhere."""
    file = output / f"{deployment}-report.html"
    with refusals(NotDrawn, BadManifest):
        loaded = chosen(deployment, deployments)
        with synthesized(loaded) as made:
            text = page(made.assembly, deployment, capacity=loaded.deployment.capacity()).encode()
        with writing_to(output):
            output.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
    print(made.warnings, end="", file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    print(f"{file}: {len(text) / 1000:.0f} kB; open it in a browser")  # noqa: T201 -- a path to copy
