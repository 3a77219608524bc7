"""`cdk drift` for a whole deployment: CloudFormation does not look into nested stacks, and everything is in one."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from commands.assembly import NESTED, ROOT, templates
from commands.credentials import NoAccountError, session
from commands.settings import DEPLOYMENTS
from commands.synthesis import SynthesisFailed, synthesize
from settings.load import BadDeploymentFile, deployment_files, load_deployment

NODE, CDK = ROOT / ".venv" / "bin" / "node", ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


def drift(
    deployment: Annotated[str, typer.Option(help="Name of the deployment.")],
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    profile: Annotated[str | None, typer.Option(help="Of the AWS CLI's configuration.")] = None,
    region: Annotated[str | None, typer.Option(help="Left out: the file's, else the environment's.")] = None,
) -> None:
    """Say what was changed behind CloudFormation's back; exit 1 if anything was."""
    try:
        (file,) = deployment_files(deployments, only=deployment)
        settings = load_deployment(file).deployment
        found = session(profile=profile, region=region or settings.region, account=settings.account)
        names = dict(_stacks(found.client("cloudformation"), deployment, path=deployment))
        with tempfile.TemporaryDirectory() as folder:
            context = {"deployment": deployment, "deployments": str(deployments.resolve())}
            synthesize(Path(folder), context=context, rules=False)
            flatten(Path(folder), deployment, names)
            code = _cdk_drift(Path(folder), profile=profile, region=found.region_name)
    except (BadDeploymentFile, NoAccountError) as error:
        raise _end(str(error), 2) from None
    except SynthesisFailed as error:
        raise _end(str(error), error.exit_code) from None
    except ClientError as error:
        message = error.response["Error"]["Message"]
        raise _end(f"the deployed stacks of {deployment} could not be read: {message}", 2) from None
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


def _stacks(cloudformation: Any, stack: str, *, path: str) -> Iterator[tuple[str, str]]:
    """The name in the account of each stack, by its path in the assembly."""
    yield path, stack.rpartition("stack/")[2].partition("/")[0]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for each in (each for page in pages for each in page["StackResourceSummaries"]):
        if each["ResourceType"] == NESTED and each.get("PhysicalResourceId"):
            construct = each["LogicalResourceId"].partition("NestedStack")[0]
            yield from _stacks(cloudformation, each["PhysicalResourceId"], path=f"{path}.{construct}")


def _cdk_drift(assembly: Path, *, profile: str | None, region: str) -> int:
    options = ["--profile", profile] if profile else []
    arguments = ["drift", "--app", str(assembly), "--fail", "--region", region, *options]
    return subprocess.run([NODE, CDK, *arguments], cwd=ROOT).returncode  # noqa: S603 - the checkout's own


def _end(message: str, code: int) -> typer.Exit:
    print(message, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    return typer.Exit(code)
