"""A root stack with a network, security groups, files and a cluster, as a system wires them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aws_cdk import App, NestedStack, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from constructs.network.access_rules import Allow
from settings.cluster import ClusterSettings
from settings.files import FileSettings
from settings.network import NetworkSettings
from settings.versions import KUBERNETES
from stacks.eks import Eks
from stacks.network import Network
from stacks.security_groups import SecurityGroups
from stacks.storage import Storage

CONTEXT = json.loads((Path(__file__).parents[2] / "cdk.json").read_text())["context"]
NAME = "aegisai-dev"
RULES = [
    Allow(to="control_plane", port=443, source="nodes", why="the Kubernetes API from nodes and pods"),
    Allow(to="control_plane", port=443, source="kubectl", why="the Kubernetes API from CloudFormation"),
    Allow(to="file_system", port=2049, source="nodes", why="NFS from the pods"),
]
VALUES: Mapping[str, Mapping[str, Any]] = {
    "loki": {"singleBinary": {"persistence": {"size": "20Gi", "storageClass": "gp3"}}},
}
"""Of releases that ask for a volume, by chart."""
Manifest = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What a deployment file may say about a cluster."""

    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    keep_data: bool = False
    files: bool = True
    manifests: Sequence[Manifest] = ()
    releases: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Synthesized:
    """The constructs, and the templates as they were written, by nested stack; `Root` is the root."""

    eks: Eks
    templates: Mapping[str, dict[str, Any]]
    files: Mapping[str, Path]

    def resources(self, resource_type: str, *, stack: str = "Eks") -> dict[str, dict[str, Any]]:
        """By logical id."""
        found = self.templates[stack]["Resources"].items()
        return {logical_id: each for logical_id, each in found if each["Type"] == resource_type}

    def the(self, resource_type: str, *, stack: str = "Eks") -> dict[str, Any]:
        """The properties of the only one."""
        (resource,) = self.resources(resource_type, stack=stack).values()
        return dict(resource["Properties"])

    def before(self, logical_id: str, *, stack: str = "Eks") -> set[str]:
        """Everything in the same template that is made before, and so deleted after it."""
        resources = self.templates[stack]["Resources"]
        seen: set[str] = set()
        left = [logical_id]
        while left:
            for each in _named(resources[left.pop()]) & set(resources) - seen:
                seen.add(each)
                left.append(each)
        return seen


def synthesize(variant: Variant, outdir: Path) -> Synthesized:
    """As the application does, with cdk-nag; raises what the synthesis raises."""
    app = App(context=CONTEXT, outdir=str(outdir), analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    root = Stack(app, "Root")
    network = Network(
        root,
        "Network",
        settings=NetworkSettings(),
        log_retention_days=30,
        keep_data=variant.keep_data,
    )
    groups = SecurityGroups(
        root,
        "SecurityGroups",
        vpc=network.vpc,
        rules=RULES,
        reach_anywhere=("nodes", "kubectl"),
        log_key=network.key,
    )
    storage = Storage(root, "Storage", keep_data=variant.keep_data)
    files = storage.add_file_system(
        "Files", vpc=network.vpc, security_group=groups["file_system"], settings=FileSettings()
    )
    eks = Eks(
        root,
        "Eks",
        name=NAME,
        kubernetes_version=KUBERNETES,
        vpc=network.vpc,
        control_plane_security_group=groups["control_plane"],
        node_security_group=groups["nodes"],
        kubectl_security_group=groups["kubectl"],
        settings=variant.cluster,
        file_system=files.file_system if variant.files else None,
        log_retention_days=90,
        keep_data=variant.keep_data,
        tags=variant.tags,
    )
    nested: list[Stack] = [network, groups, storage, eks]
    for name in variant.releases:
        eks.add_release(
            name,
            name=name,
            namespace=name,
            pod_security="restricted",
            repository="https://charts.example.com",
            chart=name,
            version="1.2.3",
            values=VALUES.get(name, {"a": 1}),
        )
    if variant.manifests:
        nested.append(eks.add_manifests("Manifests", variant.manifests))
    app.synth()
    for asset in outdir.glob("asset.*.zip"):
        asset.unlink()  # the layers of kubectl and the AWS CLI, 60 MB, which no test reads
    paths = {stack.node.id: outdir / stack.template_file for stack in [root, *nested]}
    assert all(isinstance(stack, NestedStack) for stack in nested)
    return Synthesized(
        eks=eks, files=paths, templates={name: json.loads(path.read_text()) for name, path in paths.items()}
    )


def _named(value: Any) -> set[str]:
    """Every text in a resource that may be a logical id: of DependsOn, Ref and Fn::GetAtt."""
    match value:
        case dict():
            found = set()
            for key, each in value.items():
                if key == "DependsOn":
                    found |= {each} if isinstance(each, str) else set(each)
                elif key == "Ref":
                    found.add(each)
                elif key == "Fn::GetAtt":
                    found.add(each[0])
                else:
                    found |= _named(each)
            return found
        case list():
            return {name for each in value for name in _named(each)}
    return set()
