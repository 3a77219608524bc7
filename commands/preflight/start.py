"""From a deployment's name and credentials to what the checks need, with one line where that is impossible."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError

from commands.credentials import MISSING, NO_REGION
from commands.flattened import Template, flattened
from commands.preflight.account import Account, usual_region
from commands.preflight.deployed import Deployed, read_deployed
from commands.preflight.needs import Bootstrap, Needs
from commands.preflight.unanswered import Unanswered
from commands.preflight.values import Values
from commands.synthesis import synthesize
from settings.load import Loaded


class NotStarted(Exception):
    """Why nothing can be looked at, in one line with the remedy."""


def account(
    loaded: Loaded,
    *,
    profile: str | None,
    region: str | None,
    read_secrets: bool = False,
    bundle: bool = False,
) -> Account:
    """The account of the credentials, at the region that is given, else the file's, else the environment's.

    Raises:
        NotStarted: There are no credentials, or no region.
    """
    try:
        session = boto3.Session(profile_name=profile)
        where = region or loaded.deployment.region or usual_region(session)
        if not where:
            raise NotStarted(NO_REGION)
        if session.get_credentials() is None:
            raise NotStarted(MISSING)
        opened = Account(session, where, read_secrets=read_secrets, bundle=bundle)
        _ = opened.identity
    except (BotoCoreError, Unanswered) as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise NotStarted(f"AWS does not let in: {said}; choose other credentials with AWS_PROFILE") from None
    return opened


def needs(loaded: Loaded, opened: Account, folder: Path, *, deployments: Path) -> Needs:
    """What the deployment asks for; it is synthesized into the folder meanwhile.

    Raises:
        SynthesisFailed: The application refuses the deployment.
    """
    name = loaded.deployment.name
    with ThreadPoolExecutor() as pool:
        there = pool.submit(_deployed, opened, name)
        zones = pool.submit(_zones, opened)
        context = {"deployment": name, "deployments": str(deployments.resolve())}
        synthesize(folder, context=context, rules=False)
        template = flattened(folder, name)
        return Needs(
            name=name,
            settings=loaded.deployment,
            template=template,
            values=values(template, opened, there.result(), zones.result()),
            deployed=there.result(),
            bootstrap=_bootstrap(folder, name),
        )


def values(template: Template, opened: Account, there: Deployed, zones: list[str]) -> Values:
    """Parameters keep what the stack has; a new stack takes the defaults."""
    suffix = "amazonaws.com.cn" if opened.partition == "aws-cn" else "amazonaws.com"
    defaults = {
        name: str(each["Default"])
        for name, each in template.get("Parameters", {}).items()
        if "Default" in each
    }
    return Values(
        pseudo={
            "AWS::AccountId": opened.id,
            "AWS::Partition": opened.partition,
            "AWS::Region": opened.region,
            "AWS::URLSuffix": suffix,
        },
        parameters={**defaults, **there.parameters},
        zones=zones,
        mappings=template.get("Mappings", {}),
    )


def _deployed(opened: Account, name: str) -> Deployed:
    try:
        return read_deployed(opened, name)
    except Unanswered as error:
        return Deployed(unreadable=str(error), needs=error.needs)


def _zones(opened: Account) -> list[str]:
    try:
        return [str(zone["ZoneName"]) for zone in opened.zones]
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
