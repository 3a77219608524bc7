"""`make bundle`: the hand-off for a team that has CloudFormation and the AWS CLI alone."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.table import Table

from commands.assembly import ROOT
from commands.bundle.folder import write_bundle
from commands.bundle.places import BundleError
from commands.bundle.sizes import Size
from commands.console import console
from commands.diagram.graphviz import NotDrawn
from commands.synthesis import SynthesisFailed, synthesize
from settings.caution import examples_left
from settings.load import BadDeploymentFile, deployment_files, load_deployment

DEPLOYMENTS = Path("deployments")
DIST = ROOT / "dist"


def bundle(
    deployment: Annotated[str, typer.Option(help="Name of the deployment.")] = "",
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    output: Annotated[Path, typer.Option(help="Folder in which the folder of the bundle is made.")] = DIST,
) -> None:
    """Write the folder that deploys with `aws cloudformation package` and `deploy`, and nothing else."""
    try:
        if not deployment:
            names = ", ".join(file.stem for file in deployment_files(deployments))
            raise BundleError(f"which deployment? make bundle DEPLOYMENT=… with one of {names}")
        (file,) = deployment_files(deployments, only=deployment)
        settings = load_deployment(file).deployment
        cautions = examples_left(settings.model_dump(mode="json"))
        examples = "; ".join(f"`{'.'.join(map(str, each.path))}`: {each.message}" for each in cautions)
        with tempfile.TemporaryDirectory() as scratch:
            assembly = Path(scratch)
            context = {"deployment": deployment, "deployments": str(deployments.resolve())}
            warnings = synthesize(assembly, context=context)
            sizes = write_bundle(assembly, deployment, to=output / deployment, examples=examples)
    except BadDeploymentFile as error:
        _fail(str(error), code=2)
    except (BundleError, NotDrawn) as error:
        _fail(str(error), code=1)
    except SynthesisFailed as error:
        _fail(str(error), code=error.exit_code)
    print(warnings, end="", file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
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


def _fail(message: str, *, code: int) -> NoReturn:
    print(message, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the line
    raise typer.Exit(code)
