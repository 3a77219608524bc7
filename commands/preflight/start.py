"""From a deployment's file and its account to what the checks need."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands.account.deployed import Deployed, read_deployed
from commands.account.reading import Account
from commands.account.unanswered import Unanswered
from commands.flattened import Template, flattened
from commands.preflight.needs import Bootstrap, Needs
from commands.preflight.values import Values, defaults
from commands.synthesized import synthesized
from settings.load import Loaded


def needs(loaded: Loaded, account: Account, *, read_secrets: bool = False, bundle: bool = False) -> Needs:
    """What the deployment asks for; it is synthesized while the account is read.

    Raises:
        SynthesisFailed: The application refuses the deployment.
    """
    name = loaded.deployment.name
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(_deployed, account, name)
        zones = pool.submit(_zones, account)
        with synthesized(loaded, rules=False) as made:
            template, bootstrap = flattened(made.assembly, name), _bootstrap(made.assembly, name)
        deployed, unread = reading.result()
        return Needs(
            name=name,
            settings=loaded.on_aws,
            template=template,
            values=values(template, account, deployed if bundle else Deployed(), zones.result()),
            deployed=deployed,
            bootstrap=bootstrap,
            unread=unread,
            read_secrets=read_secrets,
            bundle=bundle,
        )


def values(template: Template, account: Account, keeps: Deployed, zones: list[str]) -> Values:
    """What the values of a template come to.

    Args:
        template: The deployment, see `commands.flattened`.
        account: Where it goes.
        keeps: The stack whose parameters stay as they are, as the update of a bundle leaves them; an empty one where
            all are set to the file's values, which are the defaults (`--no-previous-parameters`).
        zones: Names of the region's availability zones.
    """
    suffix = "amazonaws.com.cn" if account.partition == "aws-cn" else "amazonaws.com"
    return Values(
        pseudo={
            "AWS::AccountId": account.id,
            "AWS::Partition": account.partition,
            "AWS::Region": account.region,
            "AWS::URLSuffix": suffix,
        },
        parameters={**defaults(template), **keeps.parameters},
        zones=zones,
        mappings=template.get("Mappings", {}),
    )


def _deployed(account: Account, name: str) -> tuple[Deployed, Unanswered | None]:
    try:
        return read_deployed(account, name), None
    except Unanswered as error:
        return Deployed(), error


def _zones(account: Account) -> list[str]:
    try:
        return [str(zone["ZoneName"]) for zone in account.zones]
    except Unanswered:
        return []  # the check of the zones says why


def _bootstrap(assembly: Path, name: str) -> Bootstrap:
    """The highest version that the stack and its assets ask for."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    asked = [artifacts[name]["properties"], artifacts[f"{name}.assets"]["properties"]]
    asked += [
        each["properties"]["lookupRole"] for each in (artifacts[name],) if "lookupRole" in each["properties"]
    ]
    versions = [
        each["requiresBootstrapStackVersion"] for each in asked if "requiresBootstrapStackVersion" in each
    ]
    parameter = next(
        each["bootstrapStackVersionSsmParameter"]
        for each in asked
        if "bootstrapStackVersionSsmParameter" in each
    )
    return Bootstrap(version=max(versions), parameter=parameter)
