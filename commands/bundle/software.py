"""Which software a deployment runs, in the versions that its template says."""

from collections.abc import Iterator
from typing import Any

from commands.bundle.values import said

Template = dict[str, Any]
ENGINES = {
    "AWS::RDS::DBCluster": ("Engine", "EngineVersion"),
    "AWS::ElastiCache::ServerlessCache": ("Engine", "MajorEngineVersion"),
}
"""Properties with the name and the version of what runs."""


def software(template: Template) -> list[tuple[str, str]]:
    """Name and version of container images, engines and Lambda runtimes of a flattened template, each once."""
    return sorted(set(_found(template)))


def _found(template: Template) -> Iterator[tuple[str, str]]:
    for resource in template["Resources"].values():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind == "AWS::ECS::TaskDefinition":
            for container in properties["ContainerDefinitions"]:
                yield "image", f"`{said(container['Image'], template)}`"
        elif kind in ENGINES:
            engine, version = ENGINES[kind]
            yield said(properties[engine], template), said(properties.get(version, "of the region"), template)
        elif kind == "AWS::EKS::Cluster":
            yield "Kubernetes", said(properties.get("Version", "of the region"), template)
        elif kind == "AWS::Lambda::Function":
            yield "Lambda runtime", said(properties.get("Runtime", "of its image"), template)
