"""The Kubernetes manifests of a deployment as files, without a synthesis and without AWS."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from settings.load import BadDeploymentFile, deployment_files, load_deployment
from systems.manifests import write_manifests

ROOT = Path(__file__).parent.parent.parent
ASSEMBLY = ROOT / "cdk.out"
KEPT = ROOT / ".local" / "manifests"
PACKAGES = ROOT / ".venv-open-webui"


def manifests(
    deployment: Annotated[str | None, typer.Argument(help="Name of the deployment. Left out: all.")] = None,
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = Path("deployments"),
    assembly: Annotated[Path, typer.Option(help="Folder under which manifests/NAME is written.")] = ASSEMBLY,
    kept: Annotated[Path, typer.Option(help="Folder that keeps the values of Secrets.")] = KEPT,
) -> None:
    """Write the manifests of a deployment: a file per kind and namespace, in the order of applying."""
    try:
        loaded = [load_deployment(path) for path in deployment_files(deployments, only=deployment or None)]
    except BadDeploymentFile as error:
        print(error, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
        raise typer.Exit(2) from None
    for one in loaded:
        try:
            files = write_manifests(one.deployment, assembly=assembly, kept=kept)
        except BadDeploymentFile as error:
            print(error, file=sys.stderr)  # noqa: T201 -- the same
            raise typer.Exit(2) from None
        if files:
            for warning in one.warnings(packages=PACKAGES):
                print(warning, file=sys.stderr)  # noqa: T201 -- the same
            typer.echo(f"{one.deployment.name}: {len(files)} files in {files[-1].parent}")
            typer.echo(f"apply them with: kubectl apply -k {files[-1].parent}")
        elif deployment:
            told = f"{one.deployment.system} does not run on Kubernetes; choose a deployment that does"
            typer.echo(f"{one.file}: {told}", err=True)
            raise typer.Exit(2)
