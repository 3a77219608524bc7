"""What `cdk deploy` made of the deployment that is tried."""

import re
from dataclasses import dataclass
from typing import Any

from commands.local import account
from commands.local.place import Place
from commands.local.steps import LocalError

SERVICE_NAME = re.compile(r"^\(service [^)]*\) ")
"""How each of ECS's events begins, with a name of a hundred characters."""
CLUSTER, SERVICE, POOL = "AWS::ECS::Cluster", "AWS::ECS::Service", "AWS::Cognito::UserPool"


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service behind a load balancer, as ECS describes it now."""

    cluster: str
    described: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.described["serviceName"])

    @property
    def wanted(self) -> int:
        """How many tasks should run."""
        return int(self.described["desiredCount"])

    @property
    def running(self) -> int:
        """How many of the newest deployment run."""
        return int(self.deployment["runningCount"])

    @property
    def deployment(self) -> dict[str, Any]:
        """The deployment that is rolled out, or was last."""
        return next(
            (each for each in self.described["deployments"] if each["status"] == "PRIMARY"),
            {"id": "", "rolloutState": "IN_PROGRESS", "runningCount": 0},
        )

    @property
    def failed(self) -> bool:
        """Whether a roll-out was given up."""
        return any(each.get("rolloutState") == "FAILED" for each in self.described["deployments"])

    @property
    def last_event(self) -> str:
        """What ECS said last."""
        events = self.described["events"]
        return SERVICE_NAME.sub("", str(events[0]["message"])) if events else "ECS has said nothing"

    @property
    def target_groups(self) -> list[str]:
        """Where its tasks are registered."""
        return [each["targetGroupArn"] for each in self.described["loadBalancers"]]


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A deployment in the emulator that answers at `url`."""

    place: Place
    name: str
    url: str

    def client(self, service: str) -> Any:
        """A boto3 client."""
        return self.place.client(service, url=self.url)

    def output(self, name: str) -> str | None:
        """An output of the root stack."""
        stacks = account.stacks(self.place, self.name, url=self.url)
        return stacks[0].outputs.get(name) if stacks else None

    def physical_ids(self, resource_type: str) -> list[str]:
        """The physical ids of all resources of a type."""
        api = self.client("cloudformation")
        return [
            each["PhysicalResourceId"]
            for stack in account.stacks(self.place, self.name, url=self.url)
            if resource_type in stack.types
            for page in api.get_paginator("list_stack_resources").paginate(StackName=stack.name)
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == resource_type
        ]

    def service(self) -> Service | None:
        """The service behind the load balancer; none while it is not made."""
        clusters = self.physical_ids(CLUSTER)
        names = self.physical_ids(SERVICE)
        if not clusters or not names:
            return None
        api = self.client("ecs")
        found = api.describe_services(cluster=clusters[0], services=names)["services"]
        described = next((each for each in found if each["loadBalancers"]), None)
        return Service(cluster=clusters[0], described=described) if described else None

    def serving(self) -> Service:
        """The service behind the load balancer; raises `LocalError` where there is none."""
        service = self.service()
        if service is None:
            raise LocalError(f"{self.name} has no service behind a load balancer; nothing can be opened")
        return service

    def containers(self) -> list[dict[str, Any]]:
        """The containers' definitions of the service behind the load balancer."""
        wanted = self.serving().described["taskDefinition"]
        answer = self.client("ecs").describe_task_definition(taskDefinition=wanted)
        found: list[dict[str, Any]] = answer["taskDefinition"]["containerDefinitions"]
        return found

    def healthy(self, service: Service) -> int:
        """How many tasks the load balancer sends requests to."""
        api = self.client("elbv2")
        counts: list[int] = []
        for group in service.target_groups:
            targets = api.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
            counts.append(sum(each["TargetHealth"]["State"] == "healthy" for each in targets))
        return min(counts)

    def restart(self, service: Service) -> None:
        """Begin a deployment anew: secrets and programs are read when a task starts."""
        self.client("ecs").update_service(
            cluster=service.cluster, service=service.name, forceNewDeployment=True
        )
