"""`make preflight`: looks at the account before a deployment does, and changes nothing."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from commands.console import console
from commands.preflight import printed, start
from commands.preflight.findings import Outcome
from commands.preflight.register import CHECKS
from commands.preflight.run import findings
from commands.preflight.start import NotStarted
from commands.settings import DEPLOYMENTS
from commands.synthesis import SynthesisFailed
from settings.load import BadDeploymentFile, deployment_files, load_deployment


def preflight(
    deployment: Annotated[str, typer.Option(help="Name of the deployment.")],
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    profile: Annotated[
        str | None, typer.Option(help="Profile of the credentials. Left out: the environment's.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Left out: the file's, else the environment's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    bundle: Annotated[bool, typer.Option(help="Deployed with the AWS CLI alone: no CDK bootstrap.")] = False,
    read_secrets: Annotated[
        bool, typer.Option(help="Read given secrets to compare the names of their keys.")
    ] = False,
) -> None:
    """Look whether the account has what a deployment needs; nothing is changed. Exit 1 if something is lacking."""
    try:
        [file] = deployment_files(deployments, only=deployment)
        loaded = load_deployment(file)
        with (
            Console(stderr=True).status(f"looking at the account for {deployment} …"),
            TemporaryDirectory() as folder,
        ):
            account = start.account(
                loaded,
                profile=profile or None,
                region=region or None,
                read_secrets=read_secrets,
                bundle=bundle,
            )
            needs = start.needs(loaded, account, Path(folder), deployments=deployments)
            found = findings(CHECKS, account, needs)
    except (BadDeploymentFile, NotStarted) as error:
        print(error, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
        raise typer.Exit(2) from None
    except SynthesisFailed as error:
        print(error, file=sys.stderr)  # noqa: T201 -- as it stands
        raise typer.Exit(error.exit_code) from None
    if json:
        print(printed.as_json(found, deployment=deployment, account=account.id, region=account.region))  # noqa: T201
    elif sys.stdout.isatty():
        console().print(printed.as_table(found))
        console().print(printed.summary(found))
    else:
        print(*printed.as_lines(found), printed.summary(found), sep="\n")  # noqa: T201 -- read by programs
    if any(each.outcome is Outcome.failed for each in found):
        raise typer.Exit(1)
