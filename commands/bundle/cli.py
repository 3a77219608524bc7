"""`make bundle`: the hand-off for a team that has CloudFormation and the AWS CLI alone."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.assembly import DIST
from commands.bundle.folder import write_bundle
from commands.bundle.places import BundleError
from commands.bundle.sizes import Size
from commands.chosen import FOLDER, Folder, Name, chosen
from commands.console import console
from commands.diagram.graphviz import NotDrawn
from commands.manifest_files import BadManifest
from commands.synthesized import refusals, synthesized, writing_to
from settings.caution import examples_left


def bundle(
    deployment: Name = "",
    deployments: Folder = FOLDER,
    output: Annotated[Path, typer.Option(help="Folder in which the folder of the bundle is made.")] = DIST,
) -> None:
    """Write the folder that deploys with `aws cloudformation package` and `deploy`, and nothing else."""
    with refusals(BundleError, NotDrawn, BadManifest):
        loaded = chosen(deployment, deployments)
        cautions = examples_left(loaded.deployment.model_dump(mode="json"))
        examples = "; ".join(f"`{'.'.join(map(str, each.path))}`: {each.message}" for each in cautions)
        with synthesized(loaded) as made, writing_to(output):
            sizes = write_bundle(
                made.assembly,
                deployment,
                to=output / deployment,
                examples=examples,
                system=loaded.deployment.system,
                capacity=loaded.deployment.capacity(),
            )
    print(made.warnings, end="", file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    _tell(output / deployment, sizes)


def _tell(folder: Path, sizes: list[Size]) -> None:
    table = Table("file", title=str(folder), title_justify="left")
    for heading in ("bytes", "packaged, at most", "resources, files"):
        table.add_column(heading, justify="right")
    for each in sizes:
        packaged = f"{each.packaged:,}" if each.packaged else "-"
        table.add_row(str(each.place), f"{each.bytes:,}", packaged, str(each.parts))
    console().print(table)
    print(f"next: hand the folder over; its README.md has the commands\n  cd {folder}")  # noqa: T201 -- to copy
