"""Computing power that a deployment asks for at its most: Fargate tasks and instances of EC2."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.account.reading import Account
from commands.preflight.needs import Needs, Planned

UNITS_PER_VCPU = 1024


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """A service on Fargate: how many tasks at most, deployment surge included, and who provides them."""

    address: str
    tasks: int
    vcpu_each: float
    providers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Instances:
    """A group of EC2 instances: how many at most, and of which type."""

    address: str
    count: int
    type: str
    spot: bool


def fargate_tasks(needs: Planned) -> Iterator[Tasks]:
    """Every service of the template at its most."""
    definitions = dict(needs.of("AWS::ECS::TaskDefinition"))
    for address, service in needs.of("AWS::ECS::Service"):
        definition = definitions.get(_ref(service.get("TaskDefinition")), {})
        most = max([needs.values.number(service.get("DesiredCount")) or 1, *_scaled(needs, address)])
        surge = service.get("DeploymentConfiguration", {}).get("MaximumPercent", 200)
        strategy = service.get("CapacityProviderStrategy", [])
        named = {each["CapacityProvider"] for each in strategy if each.get("Weight") or each.get("Base")}
        yield Tasks(
            address=address,
            tasks=int(most * surge / 100),
            vcpu_each=(needs.values.number(definition.get("Cpu")) or 0) / UNITS_PER_VCPU,
            providers=frozenset(named or {"FARGATE"}),
        )


def _scaled(needs: Planned, service: str) -> Iterator[float]:
    """Most tasks of every scalable target, and of its schedules, that names the service."""
    for _, target in needs.of("AWS::ApplicationAutoScaling::ScalableTarget"):
        if f'"{service}"' not in json.dumps(target.get("ResourceId")):
            continue
        limits = [
            target,
            *(each.get("ScalableTargetAction", {}) for each in target.get("ScheduledActions", [])),
        ]
        yield from (
            number for each in limits if (number := needs.values.number(each.get("MaxCapacity"))) is not None
        )


def running_vcpu(account: Account, needs: Needs, provider: str) -> float:
    """vCPU that the tasks of this very deployment take now."""
    total = 0.0
    for service in needs.own("AWS::ECS::Service"):
        cluster = service.split("/")[1] if service.startswith("arn:") else "default"
        for each in account.read("ecs", "describe_services", cluster=cluster, services=[service])["services"]:
            strategy = {one["capacityProvider"] for one in each.get("capacityProviderStrategy", [])} or {
                "FARGATE"
            }
            if provider in strategy:
                described = account.read(
                    "ecs", "describe_task_definition", taskDefinition=each["taskDefinition"]
                )
                total += each["runningCount"] * int(described["taskDefinition"]["cpu"]) / UNITS_PER_VCPU
    return total


def instances(needs: Planned) -> Iterator[Instances]:
    """Every group of instances of the template at its most."""
    for address, each in needs.of("AWS::EC2::Instance"):
        type_ = needs.text(each.get("InstanceType")) or _of_launch_template(needs, each.get("LaunchTemplate"))
        yield Instances(address=address, count=1, type=type_ or "", spot=False)
    for address, each in needs.of("AWS::AutoScaling::AutoScalingGroup"):
        mixed = each.get("MixedInstancesPolicy", {})
        chosen = mixed.get("LaunchTemplate", {})
        template = each.get("LaunchTemplate") or chosen.get("LaunchTemplateSpecification")
        named = [needs.text(one.get("InstanceType")) for one in chosen.get("Overrides", [])]
        base = needs.values.number(
            mixed.get("InstancesDistribution", {}).get("OnDemandPercentageAboveBaseCapacity")
        )
        type_ = next(filter(None, named), None) or _of_launch_template(needs, template)
        most = int(needs.values.number(each.get("MaxSize")) or 1)
        yield Instances(address=address, count=most, type=type_ or "", spot=bool(mixed) and base == 0)
    for address, each in needs.of("AWS::EKS::Nodegroup"):
        types = [needs.text(one) for one in each.get("InstanceTypes", [])]
        type_ = next(filter(None, types), None) or _of_launch_template(needs, each.get("LaunchTemplate"))
        most = int(needs.values.number(each.get("ScalingConfig", {}).get("MaxSize")) or 1)
        yield Instances(
            address=address, count=most, type=type_ or "t3.medium", spot=each.get("CapacityType") == "SPOT"
        )


def _of_launch_template(needs: Planned, specification: Any) -> str | None:
    named = specification or {}
    template = dict(needs.of("AWS::EC2::LaunchTemplate")).get(
        _ref(named.get("LaunchTemplateId", named.get("Id"))), {}
    )
    return needs.text(template.get("LaunchTemplateData", {}).get("InstanceType"))


def _ref(value: Any) -> str:
    return str(value["Ref"]) if isinstance(value, dict) and "Ref" in value else ""
