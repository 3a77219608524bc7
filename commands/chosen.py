"""The deployment that a command is asked for, and the options that say which and where."""

from pathlib import Path
from typing import Annotated

import typer

from settings.load import Loaded, deployment_files, load_deployment

FOLDER = Path("deployments")
Name = Annotated[str, typer.Option("--deployment", help="Name of the deployment.", show_default=False)]
Folder = Annotated[Path, typer.Option("--deployments", help="Folder of the deployment files.")]
Profile = Annotated[
    str | None, typer.Option("--profile", help="Of the AWS CLI's configuration. Left out: the environment's.")
]
Region = Annotated[str | None, typer.Option("--region", help="Left out: the file's, else the environment's.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def chosen(name: str, folder: Path) -> Loaded:
    """The settings of the deployment of that name, which has a stack.

    Raises:
        BadDeploymentFile: There is none, it is wrong, or it is manifests alone.
    """
    [file] = deployment_files(folder, only=name)
    loaded = load_deployment(file)
    _ = loaded.on_aws
    return loaded


def context(loaded: Loaded) -> dict[str, str]:
    """What `commands.synthesis` is told, so that it synthesizes this deployment alone."""
    return {"deployment": loaded.file.stem, "deployments": str(loaded.file.parent.resolve())}
