"""Reads a cloud assembly: the root stacks, and the nested stacks below each."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
"""Where commands write what is made for people, unless they are told another folder."""
ASSET_HASH = re.compile(r"[0-9a-f]{64}")
NESTED = "AWS::CloudFormation::Stack"
CHART = "Custom::AWSCDK-EKS-HelmChart"
ROOT_LIMIT_BYTES = 51_200
"""What CloudFormation takes inline (AWS CloudFormation quotas, "Template body size in a request")."""
NESTED_LIMIT_BYTES = 800_000
"""Four fifths of what CloudFormation takes from S3, so that the next feature still fits."""
RESOURCE_LIMIT = 400
"""Four fifths of the 500 resources that a template may have."""


@dataclass(frozen=True)
class StackTemplate:
    """One template of a deployment; `name` is the deployment's, followed by the nested stack's construct id."""

    name: str
    file: Path

    @cached_property
    def body(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.file.read_bytes())
        return loaded

    @property
    def resources(self) -> dict[str, Any]:
        resources: dict[str, Any] = self.body.get("Resources", {})
        return resources

    @property
    def is_root(self) -> bool:
        return "." not in self.name

    @property
    def byte_limit(self) -> int:
        return ROOT_LIMIT_BYTES if self.is_root else NESTED_LIMIT_BYTES

    @property
    def bytes(self) -> int:
        return self.file.stat().st_size

    @property
    def within_budget(self) -> bool:
        return self.bytes <= self.byte_limit and len(self.resources) <= RESOURCE_LIMIT


def deployments(assembly: Path) -> list[str]:
    """Names of the root stacks in the assembly."""
    manifest = json.loads((assembly / "manifest.json").read_bytes())
    return sorted(
        key
        for key, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    )


def templates(assembly: Path, deployment: str) -> list[StackTemplate]:
    """The root template of one deployment and, after each template, the nested ones that it names."""
    manifest = json.loads((assembly / "manifest.json").read_bytes())
    assets = json.loads((assembly / f"{deployment}.assets.json").read_bytes())["files"]
    sources = {hash_: assembly / asset["source"]["path"] for hash_, asset in assets.items()}

    def below(template: StackTemplate) -> Iterator[StackTemplate]:
        yield template
        for logical_id, resource in template.resources.items():
            if resource["Type"] == NESTED:
                name = in_stack(template.name, construct(logical_id))
                yield from below(StackTemplate(name, sources[_asset_hash(resource)]))

    template_file = manifest["artifacts"][deployment]["properties"]["templateFile"]
    return list(below(StackTemplate(deployment, assembly / template_file)))


def construct(logical_id: str) -> str:
    """The construct id of a nested stack, by the logical ID of its resource in the template above."""
    return logical_id.partition("NestedStack")[0]


def in_stack(path: str, name: str) -> str:
    """`Storage.Files`, of what the nested stack at `Storage` calls `Files`; the root stack's path is empty."""
    return f"{path}.{name}" if path else name


def _asset_hash(resource: dict[str, Any]) -> str:
    found = ASSET_HASH.search(json.dumps(resource["Properties"]["TemplateURL"]))
    assert found is not None, f"no asset in {resource}"
    return found.group()
