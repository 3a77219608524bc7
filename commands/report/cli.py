"""`make report`: a deployment on one page, for who has to approve it."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from commands.assembly import ROOT
from commands.diagram.graphviz import NotDrawn
from commands.report.page import page
from commands.synthesis import SynthesisFailed, synthesize
from settings.load import BadDeploymentFile, deployment_files

DEPLOYMENTS = Path("deployments")
DIST = ROOT / "dist"


def report(
    deployment: Annotated[str, typer.Option(help="Name of the deployment.")] = "",
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    output: Annotated[Path, typer.Option(help="Folder in which the page is written.")] = DIST,
) -> None:
    """Write the page: what the deployment makes and permits, with nothing to load from anywhere."""
    try:
        if not deployment:
            names = ", ".join(file.stem for file in deployment_files(deployments))
            _fail(f"which deployment? make report DEPLOYMENT=… with one of {names}", code=2)
        deployment_files(deployments, only=deployment)
        with tempfile.TemporaryDirectory() as scratch:
            context = {"deployment": deployment, "deployments": str(deployments.resolve())}
            warnings = synthesize(Path(scratch), context=context)
            text = page(Path(scratch), deployment).encode()
    except BadDeploymentFile as error:
        _fail(str(error), code=2)
    except NotDrawn as error:
        _fail(str(error), code=1)
    except SynthesisFailed as error:
        _fail(str(error), code=error.exit_code)
    file = output / f"{deployment}-report.html"
    try:
        output.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
    except OSError as error:
        _fail(f"{file}: cannot be written ({error.strerror})", code=1)
    print(warnings, end="", file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    print(f"{file}: {len(text) / 1000:.0f} kB; open it in a browser")  # noqa: T201 -- a path to copy


def _fail(message: str, *, code: int) -> NoReturn:
    print(message, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    raise typer.Exit(code)
