"""Reads what stands in the emulator's account."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from commands.destroy_check.remains import remains
from commands.local.emulator.kubernetes.record import file_of, left_of
from commands.local.place import Place

NESTED = "AWS::CloudFormation::Stack"
SNAPSHOT = "cluster snapshot"
KUBERNETES, VOLUME = "AWS::EKS::Cluster", "EBS volume or EFS folder"
RETAINED, KEPT = "the template retains it", "kept until somebody deletes it"
BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")


@dataclass(frozen=True, kw_only=True)
class DeployedResource:
    """What a stack has made."""

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """A root stack, or a nested one below it."""

    name: str
    status: str
    is_root: bool
    resources: tuple[DeployedResource, ...]
    outputs: dict[str, str]

    @property
    def types(self) -> tuple[str, ...]:
        """The type of each resource."""
        return tuple(each.type for each in self.resources)


@dataclass(frozen=True, kw_only=True)
class Left:
    """Something that outlives its deployment."""

    name: str
    type: str
    why: str


def is_bootstrapped(place: Place, *, url: str) -> bool:
    """Whether the account has the CDK's own stack."""
    try:
        found = place.client("cloudformation", url=url).describe_stacks(StackName="CDKToolkit")["Stacks"]
    except ClientError:
        return False
    return bool(found) and found[0]["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def stacks(place: Place, deployment: str, *, url: str) -> list[DeployedStack]:
    """The deployment's root stack, after it its nested stacks, each followed by its own; none if not deployed."""
    api = place.client("cloudformation", url=url)
    try:
        return list(_with_nested(api, deployment, is_root=True))
    except ClientError:
        return []


def first_failure(place: Place, deployment: str, *, url: str) -> str | None:
    """What made the last operation on the deployment fail: the resource that did, with its reason."""
    api = place.client("cloudformation", url=url)
    events = [
        event
        for stack in _all_stacks(api)  # a nested stack that failed is deleted by now
        if stack["StackName"] == deployment or stack["StackName"].startswith(f"{deployment}-")
        for event in api.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    ]
    begins = [
        event["Timestamp"]
        for event in events
        if event["LogicalResourceId"] == deployment and event["ResourceStatus"] in BEGINNINGS
    ]
    failures = [
        event
        for event in events
        if event["ResourceStatus"].endswith("_FAILED")
        and event.get("ResourceStatusReason")
        and event["Timestamp"] >= max(begins, default=event["Timestamp"])
    ]
    # A nested stack's failure tells of what failed in it; one to delete comes of the roll-back.
    failures.sort(
        key=lambda event: (
            event["ResourceStatus"] == "DELETE_FAILED",
            event["ResourceType"] == NESTED,
            event["Timestamp"],
        )
    )
    if not failures:
        return None
    first = failures[0]
    return f"{first['ResourceType']} {first['LogicalResourceId']}: {first['ResourceStatusReason']}"


def left(place: Place, names: list[str], *, url: str) -> list[Left]:
    """What of these stacks is still in the account after their deletion, sorted by type."""
    api = place.client("cloudformation", url=url)
    wanted = set(names)
    events = [
        event
        for stack in _all_stacks(api)
        if stack["StackName"] in wanted
        for event in api.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    ]
    found = remains(events)
    kubernetes = {event["PhysicalResourceId"] for event in events if event["ResourceType"] == KUBERNETES}
    snapshots = place.client("rds", url=url).describe_db_cluster_snapshots()["DBClusterSnapshots"]
    there = [
        *(Left(name=name, type=each, why=RETAINED) for name, each in found.retained.items()),
        *(
            Left(name=each["DBClusterSnapshotIdentifier"], type=SNAPSHOT, why=KEPT)
            for each in snapshots
            if each["DBClusterIdentifier"] in found.clusters
        ),
        *(
            Left(name=volume, type=VOLUME, why=why)
            for name in kubernetes
            for volume, why in left_of(
                file_of(place.state, account=place.account, region=place.region, cluster=name)
            ).items()
        ),
    ]
    return sorted(there, key=lambda each: (each.type, each.name))


def _all_stacks(api: Any) -> Iterator[Any]:
    """Every stack, deleted ones too."""
    for page in api.get_paginator("list_stacks").paginate():
        yield from page["StackSummaries"]


def _with_nested(api: Any, stack: str, *, is_root: bool) -> Iterator[DeployedStack]:
    described = api.describe_stacks(StackName=stack)["Stacks"][0]
    pages = api.get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = [each for page in pages for each in page["StackResourceSummaries"]]
    yield DeployedStack(
        name=described["StackName"],
        status=described["StackStatus"],
        is_root=is_root,
        resources=tuple(
            DeployedResource(
                logical_id=each["LogicalResourceId"],
                type=each["ResourceType"],
                physical_id=each.get("PhysicalResourceId", ""),
            )
            for each in resources
        ),
        outputs={out["OutputKey"]: out["OutputValue"] for out in described.get("Outputs", [])},
    )
    for each in resources:
        if each["ResourceType"] == NESTED:
            yield from _with_nested(api, each["PhysicalResourceId"], is_root=False)
