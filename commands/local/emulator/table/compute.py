"""Scaling and capacity of tasks."""

import os
from collections.abc import Mapping
from typing import Any

from commands.local.emulator.clients import client
from commands.local.emulator.rows import Call, Place, Row, camel


def _capacity(place: Place) -> Mapping[str, Any]:
    wanted: Mapping[str, Any] = camel(dict(place.properties))
    return wanted


def _minimum_below_maximum(properties: Mapping[str, Any]) -> str | None:
    least, most = int(properties["MinCapacity"]), int(properties["MaxCapacity"])
    return (
        f"Maximum capacity cannot be less than minimum capacity: {most} < {least}" if least > most else None
    )


def _target_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A policy names its target by parts, or by the target's `Ref`."""
    if "ScalingTargetId" in properties:
        parts = str(properties["ScalingTargetId"]).split("|")
        return dict(zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), parts, strict=True))
    return {name: properties[name] for name in TARGET}


def _target(place: Place) -> Mapping[str, Any]:
    wanted = {
        name: value
        for name, value in place.properties.items()
        if name in (*TARGET, "RoleARN", "SuspendedState")
    }
    return {
        **wanted,
        "MinCapacity": int(place.properties["MinCapacity"]),
        "MaxCapacity": int(place.properties["MaxCapacity"]),
    }


def _count(place: Place) -> list[Mapping[str, Any]]:
    """A service outside the target's range is brought into it when the target is registered."""
    kind, cluster, name = str(place.properties["ResourceId"]).split("/")
    url = os.environ["AWS_ENDPOINT_URL"]
    api = client("ecs", url=url, account=place.account, region=place.region)
    wanted = _target(place)
    return [
        {"cluster": cluster, kind: name, "desiredCount": within}
        for each in api.describe_services(cluster=cluster, services=[name])["services"]
        if (within := min(max(each["desiredCount"], wanted["MinCapacity"]), wanted["MaxCapacity"]))
        != each["desiredCount"]
    ]


def _schedules(place: Place) -> list[Mapping[str, Any]]:
    target = _target_of(place.properties)
    return [
        {**target, **action, "ScalableTargetAction": _numbers(action.get("ScalableTargetAction") or {})}
        for action in place.properties.get("ScheduledActions") or []
    ]


def _numbers(values: Mapping[str, Any]) -> dict[str, int]:
    """A parameter arrives as text; CloudFormation makes a number of it."""
    return {name: int(value) for name, value in values.items()}


def _policy_name(place: Place) -> Mapping[str, Any]:
    return {**_target_of(place.properties), "PolicyName": place.properties["PolicyName"]}


def _policy(place: Place) -> Mapping[str, Any]:
    tracking = place.properties.get("TargetTrackingScalingPolicyConfiguration")
    wanted = {**_policy_name(place), "PolicyType": place.properties["PolicyType"]}
    return {**wanted, "TargetTrackingScalingPolicyConfiguration": tracking} if tracking else wanted


SCALING = "application-autoscaling"
TARGET = {name: f"{{prop:{name}}}" for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
SET_TARGET = Call(service=SCALING, operation="register_scalable_target", parameters=_target)
SET_COUNT = Call(service="ecs", operation="update_service", parameters=_count)
SET_SCHEDULES = Call(service=SCALING, operation="put_scheduled_action", parameters=_schedules)
SET_POLICY = Call(
    service=SCALING, operation="put_scaling_policy", parameters=_policy, answers={"Arn": "PolicyARN"}
)
SET_CAPACITY = Call(service="ecs", operation="put_cluster_capacity_providers", parameters=_capacity)

ROWS = [
    Row(
        type="AWS::ECS::ClusterCapacityProviderAssociations",
        ref="{prop:Cluster}",
        create=(SET_CAPACITY,),
        update=(SET_CAPACITY,),
    ),
    Row(
        type="AWS::ApplicationAutoScaling::ScalableTarget",
        ref="{prop:ResourceId}|{prop:ScalableDimension}|{prop:ServiceNamespace}",
        attributes={"Id": "{prop:ResourceId}|{prop:ScalableDimension}|{prop:ServiceNamespace}"},
        checks=(_minimum_below_maximum,),
        create=(SET_TARGET, SET_COUNT, SET_SCHEDULES),
        update=(SET_TARGET, SET_COUNT, SET_SCHEDULES),
        delete=(Call(service=SCALING, operation="deregister_scalable_target", parameters=TARGET),),
    ),
    Row(
        type="AWS::ApplicationAutoScaling::ScalingPolicy",
        ref="{attr:Arn}",
        create=(SET_POLICY,),
        update=(SET_POLICY,),
        delete=(Call(service=SCALING, operation="delete_scaling_policy", parameters=_policy_name),),
    ),
]
