"""A scalable target keeps its service's count in range, or `TASKS=2` would run one task."""

from typing import Any

import pytest

from tests.commands.local.emulated import Emulated, Template

pytestmark = pytest.mark.slow

STACK = "capacity"


def template(least: int, most: int) -> Template:
    container = {"Name": "web", "Image": "web:1", "Memory": 512}
    task = {"Family": "web", "ContainerDefinitions": [container]}
    target = {
        "ServiceNamespace": "ecs",
        "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": {
            "Fn::Join": ["/", ["service", {"Ref": "Cluster"}, {"Fn::GetAtt": ["Service", "Name"]}]]
        },
        "MinCapacity": least,
        "MaxCapacity": most,
    }
    service = {"Cluster": {"Ref": "Cluster"}, "TaskDefinition": {"Ref": "Task"}}
    types: dict[str, tuple[str, dict[str, Any]]] = {
        "Cluster": ("Cluster", {}),
        "Task": ("TaskDefinition", task),
        "Service": ("Service", service),
    }
    resources: Template = {
        name: {"Type": f"AWS::ECS::{kind}", "Properties": properties}
        for name, (kind, properties) in types.items()
    }
    resources["Target"] = {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": target}
    return {"Resources": resources}


def count(emulated: Emulated) -> int:
    api = emulated.client("ecs")
    (cluster,) = [arn for arn in api.list_clusters()["clusterArns"] if STACK in arn]
    services = api.list_services(cluster=cluster)["serviceArns"]
    return int(api.describe_services(cluster=cluster, services=services)["services"][0]["desiredCount"])


def test_count_follows_the_range(emulated: Emulated) -> None:
    assert emulated.deploy(STACK, template(2, 4)) == "CREATE_COMPLETE"
    assert count(emulated) == 2
    assert emulated.deploy(STACK, template(1, 4)) == "UPDATE_COMPLETE"
    assert count(emulated) == 2, "in range already"
    assert emulated.deploy(STACK, template(1, 1)) == "UPDATE_COMPLETE"
    assert count(emulated) == 1
