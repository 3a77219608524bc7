"""`cdk drift` for a whole deployment: CloudFormation does not look into nested stacks, and everything is in one."""

import json
import subprocess
from pathlib import Path
from typing import Any

import typer

from commands.account import session
from commands.account.deployed import read_deployed
from commands.account.reading import Account
from commands.account.unanswered import Unanswered
from commands.assembly import ROOT, in_stack, templates
from commands.chosen import FOLDER, Folder, Name, Profile, Region, chosen
from commands.console import ended
from commands.synthesized import refusals, synthesized

NODE, CDK = ROOT / ".venv" / "bin" / "node", ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


def drift(
    deployment: Name = "", deployments: Folder = FOLDER, profile: Profile = None, region: Region = None
) -> None:
    """Say what was changed behind CloudFormation's back; exit 1 if anything was."""
    with refusals():
        loaded = chosen(deployment, deployments)
        account = session.opened(loaded.on_aws, profile=profile, region=region)
        try:
            names = _stacks(account, deployment)
        except Unanswered as error:
            said = f"the deployed stacks of {deployment} could not be read: {error.told}"
            raise ended(said, code=2) from None
        with synthesized(loaded, rules=False) as made:
            flatten(made.assembly, deployment, names)
            code = _cdk_drift(made.assembly, profile=profile, region=account.region)
    if code:
        raise typer.Exit(code)


def flatten(assembly: Path, deployment: str, names: dict[str, str]) -> None:
    """Make a root stack of each nested one in the assembly's manifest, so that the CLI looks at it.

    names: `deployment.Network` → the stack's name in the account; what is not in it is not deployed.
    """
    file = assembly / "manifest.json"
    manifest = json.loads(file.read_text())
    root = manifest["artifacts"][deployment]
    manifest["artifacts"] = {
        template.name: _artifact(root, template.file.name, name, template.name)
        for template in templates(assembly, deployment)
        if (name := names.get(template.name))
    }
    file.write_text(json.dumps(manifest))


def _artifact(root: dict[str, Any], template_file: str, stack: str, shown: str) -> dict[str, Any]:
    """The root's artifact for another template: same environment and roles, no assets to publish."""
    left_out = ("dependencies", "metadata", "additionalMetadataFile")
    properties = {**root["properties"], "templateFile": template_file, "stackName": stack}
    kept = {key: value for key, value in root.items() if key not in left_out}
    return {**kept, "properties": properties, "displayName": shown}


def _stacks(account: Account, deployment: str) -> dict[str, str]:
    """The name in the account of each stack, by its path in the assembly."""
    deployed = read_deployed(account, deployment)
    if not deployed.is_there:
        remedy = "deploy it first, or choose the account and region where it is (AWS_PROFILE, AWS_REGION)"
        raise Unanswered(f"none is in {account.region} of account {account.id}", remedy=remedy)
    return {
        in_stack(deployment, path) if path else deployment: stack.rpartition("stack/")[2].partition("/")[0]
        for path, stack in deployed.stacks.items()
    }


def _cdk_drift(assembly: Path, *, profile: str | None, region: str) -> int:
    options = ["--profile", profile] if profile else []
    arguments = ["drift", "--app", str(assembly), "--fail", "--region", region, *options]
    return subprocess.run([NODE, CDK, *arguments], cwd=ROOT).returncode  # noqa: S603 - the checkout's own
