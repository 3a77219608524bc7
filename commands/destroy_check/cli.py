"""`make destroy-check`: what a teardown leaves behind, and what keeping it costs."""

from dataclasses import replace
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory

from commands.account import session
from commands.account.session import NoAccount
from commands.chosen import FOLDER, Folder, Json, Name, Profile, Region, chosen, context
from commands.console import console, ended
from commands.destroy_check import check, report
from commands.destroy_check.model import NotChecked
from commands.destroy_check.prices import table
from commands.synthesis import SynthesisFailed, synthesize
from settings.load import BadDeploymentFile


def destroy_check(
    deployment: Name = "",
    deployments: Folder = FOLDER,
    profile: Profile = None,
    region: Region = None,
    json: Json = False,
) -> None:
    """List what a teardown leaves behind and what keeping it costs; deletes nothing."""
    try:
        loaded = chosen(deployment, deployments)
        with TemporaryDirectory() as folder:
            synthesize(Path(folder), context=context(loaded), rules=False)
            where = region or loaded.on_aws.region or ""
            findings = check.from_assembly(Path(folder), deployment, region=where)
    except BadDeploymentFile as error:
        raise ended(error, code=2) from None
    except SynthesisFailed as error:
        raise ended(error, code=error.exit_code) from None
    prices = table()
    try:
        account = session.opened(loaded.on_aws, profile=profile, region=region)
        findings = check.from_account(account, findings)
        prices = check.current(account, prices)
    except NoAccount as error:
        findings = replace(findings, not_checked=[NotChecked("the account", str(error))])
    if json:
        print(dumps(report.as_json(findings, prices), indent=2, ensure_ascii=False))  # noqa: T201 -- read by programs
        return
    for part in report.tables(findings, prices):
        console().print(part)
