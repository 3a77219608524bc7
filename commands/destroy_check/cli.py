"""`make destroy-check`: what a teardown leaves behind, and what keeping it costs."""

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from commands.console import console
from commands.credentials import NoAccountError, session
from commands.destroy_check import check, report
from commands.destroy_check.asked import Account
from commands.destroy_check.model import NotChecked
from commands.destroy_check.prices import table
from commands.settings import DEPLOYMENTS
from commands.synthesis import SynthesisFailed, synthesize
from settings.load import BadDeploymentFile, deployment_files, load_deployment


def destroy_check(
    deployment: Annotated[str, typer.Option(help="Name of the deployment.")],
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    profile: Annotated[str | None, typer.Option(help="Of the AWS CLI's configuration.")] = None,
    region: Annotated[str | None, typer.Option(help="Left out: the file's, else the environment's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List what a teardown leaves behind and what keeping it costs; deletes nothing."""
    try:
        (file,) = deployment_files(deployments, only=deployment)
        settings = load_deployment(file).deployment
        with tempfile.TemporaryDirectory() as folder:
            context = {"deployment": deployment, "deployments": str(deployments.resolve())}
            synthesize(Path(folder), context=context, rules=False)
            findings = check.from_assembly(Path(folder), deployment, region=settings.region or region or "")
    except BadDeploymentFile as error:
        raise _end(str(error), 2) from None
    except SynthesisFailed as error:
        raise _end(str(error), error.exit_code) from None
    prices = table()
    try:
        found = session(profile=profile, region=region or settings.region, account=settings.account)
        account = Account(found, region=found.region_name)
        findings = check.from_account(account, findings)
        prices = check.current(account, prices)
    except NoAccountError as error:
        findings = replace(findings, not_checked=[NotChecked("the account", str(error))])
    if as_json:
        print(json.dumps(report.as_json(findings, prices), indent=2, ensure_ascii=False))  # noqa: T201 -- read by programs
        return
    for part in report.tables(findings, prices):
        console().print(part)


def _end(message: str, code: int) -> typer.Exit:
    print(message, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    return typer.Exit(code)
