"""`make preflight`: looks at the account before a deployment does, and changes nothing."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from commands.account import session
from commands.chosen import FOLDER, Folder, Json, Name, Profile, Region, chosen
from commands.console import console
from commands.preflight import printed, start
from commands.preflight.findings import Outcome
from commands.preflight.register import CHECKS
from commands.preflight.run import findings
from commands.synthesized import refusals


def preflight(
    deployment: Name = "",
    deployments: Folder = FOLDER,
    profile: Profile = None,
    region: Region = None,
    json: Json = False,
    bundle: Annotated[bool, typer.Option(help="Deployed with the AWS CLI alone: no CDK bootstrap.")] = False,
    read_secrets: Annotated[
        bool, typer.Option(help="Read given secrets to compare the names of their keys.")
    ] = False,
) -> None:
    """Look whether the account has what a deployment needs; nothing is changed. Exit 1 if something is lacking."""
    with refusals():
        loaded = chosen(deployment, deployments)
        with Console(stderr=True).status(f"looking at the account for {deployment} …"):
            account = session.opened(loaded.on_aws, profile=profile, region=region)
            needs = start.needs(loaded, account, read_secrets=read_secrets, bundle=bundle)
            found = findings(CHECKS, account, needs)
    if json:
        print(printed.as_json(found, deployment=deployment, account=account.id, region=account.region))  # noqa: T201
    elif sys.stdout.isatty():
        console().print(printed.as_table(found))
        console().print(printed.summary(found))
    else:
        print(*printed.as_lines(found), printed.summary(found), sep="\n")  # noqa: T201 -- read by programs
    if any(each.outcome is Outcome.failed for each in found):
        raise typer.Exit(1)
