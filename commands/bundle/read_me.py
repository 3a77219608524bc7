"""README.md of the bundle: what the receiving team needs to know, each fact read from the assembly."""

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from shlex import quote
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from commands.assembly import ROOT
from commands.bundle.parameters import Parameter, parameters
from commands.bundle.permissions import capabilities, roles
from commands.bundle.protections import command
from commands.bundle.quotas import shares
from commands.bundle.sizes import Size
from commands.bundle.software import software
from commands.destroy_check.from_template import left
from commands.flattened import flattened
from commands.manifest_files import objects
from commands.nouns import counted
from commands.protections import protections

Template = dict[str, Any]
TEMPLATES = Path(__file__).parent / "templates"
LIBRARIES = ("aws-cdk-lib", "constructs", "cdk-nag")
KILOBYTE = 1000


def read_me(assembly: Path, deployment: str, *, sizes: list[Size], examples: str, digest: str) -> str:
    """The text.

    Args:
        assembly: The cloud assembly.
        deployment: Name of the deployment in it.
        sizes: Of everything that is deployed, the root template first.
        examples: What the deployment file still has of an example; empty if nothing.
        digest: SHA-256 of what is deployed.

    Raises:
        BadManifest: A file of the Kubernetes objects is none.
    """
    whole = flattened(assembly, deployment)
    artifact = json.loads((assembly / "manifest.json").read_bytes())["artifacts"][deployment]
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    termination = bool(artifact["properties"].get("terminationProtection"))
    needed, given = capabilities(whole), parameters(whole)
    return (
        _environment()
        .get_template("README.md.j2")
        .render(
            deployment=deployment,
            description=whole["Description"],
            stacks=_stacks(whole),
            resources=len(whole["Resources"]),
            objects=[
                (each["kind"], each["metadata"]["name"], each["metadata"].get("namespace", ""))
                for each in objects(assembly, deployment)
            ],
            aws_cli=_tested_aws_cli(),
            examples=examples,
            region="" if region.startswith("unknown") else region,
            places=[
                f"{kind} `{name}`"
                for kind, name in (("account", account), ("region", region))
                if not name.startswith("unknown")
            ],
            upload_bytes=sum(each.packaged or each.bytes for each in sizes[1:]),
            packaged_bytes=sizes[0].packaged,
            capabilities=needed,
            parameters=given,
            capability_option=_option("--capabilities", needed),
            overrides_option=_option("--parameter-overrides", ["file://parameters.json"] if given else []),
            parameters_option=_option("--parameters", ["file://values.json"] if given else []),
            termination_protection=termination,
            ecs=any(each["Type"] == "AWS::ECS::Cluster" for each in whole["Resources"].values()),
            obstacles=[command(each, whole) for each in protections(whole, termination=termination)],
            stays=[each for each in left(whole, deployment) if not each.pending],
            pending=[each for each in left(whole, deployment) if each.pending],
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
    return _environment().get_template("parameters.md.j2").render(deployment=deployment, parameters=given)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- Markdown; `cell` takes care of the tables
    )
    environment.filters |= {
        "cell": _cell,
        "code": "`{}`".format,
        "number": "{:,}".format,
        "shell": quote,
        "size": _size,
    }
    return environment


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


def _option(name: str, values: list[str]) -> str:
    return f" \\\n  {name} {' '.join(values)}" if values else ""


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _size(count: int) -> str:
    return f"{count / KILOBYTE**2:.1f} MB" if count >= KILOBYTE**2 else f"{count / KILOBYTE:.0f} kB"
