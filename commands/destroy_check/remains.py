"""What the events of a stack's deletion say is still there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

CLUSTER = "AWS::RDS::DBCluster"
IN_CLUSTERS = "Custom::AWSCDK-EKS-"
"""Types of what is in a Kubernetes cluster: kept or not, it is gone with the cluster."""
LOGS = {
    "AWS::ECS::Cluster": "/aws/ecs/containerinsights/{}/performance",
    "AWS::Lambda::Function": "/aws/lambda/{}",
}
"""Log groups that a service makes for a resource, by its physical id."""


@dataclass(frozen=True)
class Remains:
    """`retained`: physical id → type of what CloudFormation skipped.

    `clusters`, whose last snapshots, and `log_groups`, which services made, may be there.
    """

    retained: dict[str, str]
    clusters: frozenset[str]
    log_groups: frozenset[str]


def remains(events: Iterable[Any]) -> Remains:
    """Read the events of deleted stacks, as `describe_stack_events` gives them."""
    events = list(events)
    return Remains(
        retained={
            event["PhysicalResourceId"]: event["ResourceType"]
            for event in events
            if event["ResourceStatus"] == "DELETE_SKIPPED"
            and not event["ResourceType"].startswith(IN_CLUSTERS)
        },
        clusters=frozenset(
            event["PhysicalResourceId"] for event in events if event["ResourceType"] == CLUSTER
        ),
        log_groups=frozenset(
            LOGS[event["ResourceType"]].format(event["PhysicalResourceId"])
            for event in events
            if event["ResourceType"] in LOGS and event.get("PhysicalResourceId")
        ),
    )
