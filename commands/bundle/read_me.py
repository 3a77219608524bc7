"""README.md of the bundle: what the receiving team needs to know, each fact read from the assembly."""

import json
import tomllib
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from commands.assembly import ROOT
from commands.bundle.parameters import parameters
from commands.bundle.permissions import capabilities, roles
from commands.bundle.protections import protections
from commands.bundle.quotas import shares
from commands.bundle.sizes import Size
from commands.bundle.software import software
from commands.destroy_check.from_template import left
from commands.flattened import flattened
from commands.nouns import NOUNS

Template = dict[str, Any]
TEMPLATES = Path(__file__).parent / "templates"
LIBRARIES = ("aws-cdk-lib", "constructs", "cdk-nag")
KILOBYTE = 1000


def read_me(
    assembly: Path, deployment: str, *, sizes: list[Size], manifests: int, examples: str, digest: str
) -> str:
    """The text.

    Args:
        assembly: The cloud assembly.
        deployment: Name of the deployment in it.
        sizes: Of everything that is deployed, the root template first.
        manifests: How many files of Kubernetes objects there are.
        examples: What the deployment file still has of an example; empty if nothing.
        digest: SHA-256 of what is deployed.
    """
    whole = flattened(assembly, deployment)
    artifact = json.loads((assembly / "manifest.json").read_bytes())["artifacts"][deployment]
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    needed, given = capabilities(whole), parameters(whole)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- Markdown; `cell` takes care of the tables
    )
    environment.filters |= {"cell": _cell, "code": "`{}`".format, "number": "{:,}".format, "size": _size}
    return environment.get_template("README.md.j2").render(
        deployment=deployment,
        description=whole["Description"],
        stacks=_stacks(whole),
        resources=len(whole["Resources"]),
        manifests=manifests,
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
        tags_option=_option("--tags", _tags(artifact)),
        termination_protection=artifact["properties"].get("terminationProtection", False),
        ecs=any(each["Type"] == "AWS::ECS::Cluster" for each in whole["Resources"].values()),
        protections=list(protections(whole)),
        left=left(whole, deployment),
        roles=list(roles(whole)),
        quotas=shares(whole, deployment),
        sizes=sizes,
        versions=[
            ("Pergola", tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]),
            *((library, version(library)) for library in LIBRARIES),
            *software(whole),
            ("templates and code, SHA-256", f"`{digest}`"),
        ],
    )


def _stacks(whole: Template) -> list[dict[str, Any]]:
    """Each nested stack with what is in it."""
    inside: dict[str, Counter[str]] = {}
    for address, resource in whole["Resources"].items():
        if "." in address:
            inside.setdefault(address.rpartition(".")[0], Counter())[resource["Type"]] += 1
    return [
        {"name": name, "resources": counts.total(), "contents": ", ".join(_contents(counts))}
        for name, counts in inside.items()
    ]


def _contents(counts: Counter[str]) -> list[str]:
    return [
        noun if counts[kind] == 1 else f"{counts[kind]} × {noun}"
        for kind, noun in NOUNS.items()
        if counts[kind]
    ]


def _tags(artifact: dict[str, Any]) -> list[str]:
    """Tags that the CDK would give the root stack, and CloudFormation then all in it."""
    return [f"'{key}={value}'" for key, value in artifact["properties"].get("tags", {}).items()]


def _option(name: str, values: list[str]) -> str:
    return f" \\\n  {name} {' '.join(values)}" if values else ""


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _size(count: int) -> str:
    return f"{count / KILOBYTE**2:.1f} MB" if count >= KILOBYTE**2 else f"{count / KILOBYTE:.0f} kB"
