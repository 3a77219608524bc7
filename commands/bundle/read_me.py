"""README.md of the bundle: what the receiving team needs to know, each fact read from the assembly."""

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from commands.assembly import ROOT
from commands.bundle import rollback
from commands.bundle.afterwards import afterwards
from commands.bundle.again import taken
from commands.bundle.charts import charts
from commands.bundle.images import images
from commands.bundle.pages import environment, option
from commands.bundle.parameters import Parameter, parameters
from commands.bundle.permissions import capabilities, roles, services
from commands.bundle.prerequisites import EXAMPLE, prerequisites
from commands.bundle.protections import STOP_TERMINATION, command
from commands.bundle.quotas import shares
from commands.bundle.runbook import runbooks
from commands.bundle.sizes import Size
from commands.bundle.software import software
from commands.destroy_check.from_template import left
from commands.flattened import flattened
from commands.manifest_files import objects
from commands.nouns import counted
from commands.protections import protections

Template = dict[str, Any]
LIBRARIES = ("aws-cdk-lib", "constructs", "cdk-nag")


def read_me(
    assembly: Path, deployment: str, *, sizes: list[Size], examples: str, digest: str, system: str = ""
) -> str:
    """The text.

    Args:
        assembly: The cloud assembly.
        deployment: Name of the deployment in it.
        sizes: Of everything that is deployed, the root template first.
        examples: What the deployment file still has of an example; empty if nothing.
        digest: SHA-256 of what is deployed.
        system: Whose runbook lies beside it; left out: that of the template's texts alone.

    Raises:
        BadManifest: A file of the Kubernetes objects is none.
    """
    whole = flattened(assembly, deployment)
    artifact = json.loads((assembly / "manifest.json").read_bytes())["artifacts"][deployment]
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    termination = bool(artifact["properties"].get("terminationProtection"))
    needed, given = capabilities(whole), parameters(whole)
    placed = objects(assembly, deployment)
    remaining, obstacles = list(left(whole, deployment)), list(rollback.obstacles(whole))
    return (
        environment()
        .get_template("README.md.j2")
        .render(
            deployment=deployment,
            description=whole["Description"],
            stacks=_stacks(whole),
            resources=len(whole["Resources"]),
            objects=[
                (each["kind"], each["metadata"]["name"], each["metadata"].get("namespace", ""))
                for each in placed
            ],
            aws_cli=_tested_aws_cli(),
            examples=examples,
            region="" if region.startswith("unknown") else region,
            places=[
                f"{kind} `{name}`" + " (an example's)" * bool(EXAMPLE.search(name))
                for kind, name in (("account", account), ("region", region))
                if not name.startswith("unknown")
            ],
            upload_bytes=sum(each.packaged or each.bytes for each in sizes[1:]),
            packaged_bytes=sizes[0].packaged,
            capabilities=needed,
            parameters=given,
            capability_option=option("--capabilities", needed),
            overrides_option=option("--parameter-overrides", ["file://parameters.json"] if given else []),
            parameters_option=option("--parameters", ["file://values.json"] if given else []),
            termination_protection=termination,
            ecs=any(each["Type"] == "AWS::ECS::Cluster" for each in whole["Resources"].values()),
            obstacles=[command(each, whole) for each in protections(whole, termination=termination)],
            stays=[each for each in remaining if not each.pending],
            rollback=[
                *([STOP_TERMINATION] if termination else []),
                *(command(each, whole) for each in obstacles),
            ],
            refuses_rollback=bool(obstacles),
            remains=rollback.remains(whole),
            taken=list(taken(whole)),
            before=prerequisites(whole),
            images=images(whole, placed),
            charts=charts(whole),
            after=afterwards(whole, placed),
            services=services(whole),
            runbooks=runbooks(whole, system=system),
            pending=[each for each in remaining if each.pending],
            roles=list(roles(whole)),
            quotas=shares(whole),
            sizes=sizes,
            versions=[
                (
                    "Pergola",
                    tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"],
                ),
                *((library, version(library)) for library in LIBRARIES),
                *software(whole),
                ("templates and code, SHA-256", f"`{digest}`"),
            ],
        )
    )


def parameters_page(deployment: str, given: list[Parameter]) -> str:
    """parameters.md: what parameters.json has no room for."""
    return environment().get_template("parameters.md.j2").render(deployment=deployment, parameters=given)


def _tested_aws_cli() -> str:
    """The version with which the tests follow this page."""
    (found,) = re.findall(
        r"^awscli==(\S+)$", (ROOT / "requirements-dev.txt").read_text("utf-8"), re.MULTILINE
    )
    return str(found)


def _stacks(whole: Template) -> list[dict[str, Any]]:
    """Each nested stack with what is in it."""
    inside: dict[str, list[str]] = {}
    for address, resource in whole["Resources"].items():
        if "." in address:
            inside.setdefault(address.rpartition(".")[0], []).append(resource["Type"])
    return [
        {"name": name, "resources": len(kinds), "contents": ", ".join(counted(kinds))}
        for name, kinds in inside.items()
    ]
