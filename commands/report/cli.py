"""`make report`: a deployment on one page, for who has to approve it."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from commands.assembly import ROOT
from commands.chosen import FOLDER, Folder, Name, chosen, context
from commands.console import ended
from commands.diagram.graphviz import NotDrawn
from commands.manifest_files import BadManifest
from commands.report.page import page
from commands.synthesis import SynthesisFailed, synthesize
from settings.load import BadDeploymentFile

DIST = ROOT / "dist"


def report(
    deployment: Name = "",
    deployments: Folder = FOLDER,
    output: Annotated[Path, typer.Option(help="Folder in which the page is written.")] = DIST,
) -> None:
    """Write the page: what the deployment makes and permits, with nothing to load from anywhere."""
    try:
        loaded = chosen(deployment, deployments)
        with tempfile.TemporaryDirectory() as scratch:
            warnings = synthesize(Path(scratch), context=context(loaded))
            text = page(Path(scratch), deployment).encode()
    except BadDeploymentFile as error:
        raise ended(error, code=2) from None
    except (NotDrawn, BadManifest) as error:
        raise ended(error, code=1) from None
    except SynthesisFailed as error:
        raise ended(error, code=error.exit_code) from None
    file = output / f"{deployment}-report.html"
    try:
        output.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
    except OSError as error:
        raise ended(f"{file}: cannot be written ({error.strerror})", code=1) from None
    print(warnings, end="", file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    print(f"{file}: {len(text) / 1000:.0f} kB; open it in a browser")  # noqa: T201 -- a path to copy
