"""`make destroy-check`: what a teardown leaves behind, and what keeping it costs."""

from dataclasses import replace
from json import dumps

from commands.account import session
from commands.account.session import NoAccount
from commands.chosen import FOLDER, Folder, Json, Name, Profile, Region, chosen
from commands.console import console
from commands.destroy_check import check, report
from commands.destroy_check.model import NotChecked
from commands.destroy_check.prices import table
from commands.destroy_check.protections import sections
from commands.synthesized import refusals, synthesized


def destroy_check(
    deployment: Name = "",
    deployments: Folder = FOLDER,
    profile: Profile = None,
    region: Region = None,
    json: Json = False,
) -> None:
    """List what a teardown leaves behind and what keeping it costs; deletes nothing."""
    with refusals():
        loaded = chosen(deployment, deployments)
        with synthesized(loaded, rules=False) as made:
            where = region or loaded.on_aws.region or ""
            told = sections(loaded.on_aws)
            findings = check.from_assembly(made.assembly, deployment, region=where, sections=told)
    prices = table()
    try:
        account = session.opened(loaded.on_aws, profile=profile, region=region)
        findings = check.from_account(account, findings, sections=told)
        prices = check.current(account, prices)
    except NoAccount as error:
        findings = replace(findings, not_checked=[NotChecked("the account", str(error))])
    if json:
        print(dumps(report.as_json(findings, prices), indent=2, ensure_ascii=False))  # noqa: T201 -- read by programs
        return
    for part in report.tables(findings, prices):
        console().print(part)
