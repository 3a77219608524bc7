"""Templates and manifests into cdk.out, as `cdk synth` writes them; also where a deployment is manifests alone."""

import sys
from typing import Annotated

import typer

from commands.assembly import ROOT, deployments
from commands.budgets import budgets
from commands.chosen import FOLDER, Folder
from commands.console import console, ended
from commands.synthesis import SynthesisFailed, synthesize
from settings.load import BadDeploymentFile, deployment_files

ASSEMBLY = ROOT / "cdk.out"
Only = Annotated[str | None, typer.Option("--deployment", help="Left out: every deployment of the folder.")]


def synth(deployment: Only = None, folder: Folder = FOLDER) -> None:
    """Synthesize into cdk.out, and print where templates and manifests are and how large they are."""
    try:
        names = [file.stem for file in deployment_files(folder, only=deployment)]
        asked = {"deployment": deployment, "deployments": str(folder.resolve())}
        warnings = synthesize(ASSEMBLY, context={key: value for key, value in asked.items() if value})
    except BadDeploymentFile as error:
        raise ended(error, code=2) from None
    except SynthesisFailed as error:
        raise ended(error, code=error.exit_code) from None
    sys.stderr.write(warnings)
    stacks = deployments(ASSEMBLY)
    for name in names:
        if name in stacks:
            budgets(name)
        if (manifests := ASSEMBLY / "manifests" / name).is_dir():
            files = len(list(manifests.iterdir()))
            console().print(f"{manifests.relative_to(ROOT)}: {files} files of manifests")
