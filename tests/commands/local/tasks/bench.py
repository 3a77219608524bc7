"""Tasks of a small application on an emulator, and what the tests ask of them."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.local.emulator.tasks.programs import FILE
from tests import waiting
from tests.commands.local.emulated import Emulated
from tests.waiting import Answer

IMAGE = "example.com/team/application"
CLUSTER = "cluster"
LOG_GROUP = "/application"
SECONDS = 30.0
PORT = 8080
CHECK = {
    "command": [
        "CMD",
        "python",
        "-c",
        f"import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}/health')",
    ],
    "interval": 1,
    "timeout": 5,
    "retries": 1,
    "startPeriod": 10,
}
ALL_AT_ONCE = {
    "maximumPercent": 100,
    "minimumHealthyPercent": 0,
    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
}
Definition = dict[str, Any]


def until(found: Callable[[], Answer | None], *, what: str, seconds: float = SECONDS) -> Answer:
    """The first answer that is true; raises TimeoutError."""
    return waiting.until(found, what=what, seconds=seconds)


def container(name: str = "application", *, version: str = "1", **more: Any) -> Definition:
    """A container definition that starts the application."""
    variables = {"VERSION": version, **more.pop("variables", {})}
    return {
        "name": name,
        "image": f"{IMAGE}:v{version}-slim",
        "essential": True,
        "environment": [{"name": key, "value": value} for key, value in variables.items()],
        "portMappings": [{"containerPort": PORT}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": LOG_GROUP,
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "said",
            },
        },
        **more,
    }


def script(name: str, text: str, **more: Any) -> Definition:
    """A container definition that runs a line of Python."""
    return container(name, command=["python", "-c", text], **more)


@dataclass(frozen=True)
class Bench:
    """An emulator whose tasks run."""

    emulated: Emulated

    @classmethod
    def prepared(cls, emulated: Emulated) -> "Bench":
        """With the table of programs, a cluster and a log group."""
        bench = cls(emulated)
        bench.switch(on=True)
        emulated.client("ecs").create_cluster(clusterName=CLUSTER)
        emulated.client("logs").create_log_group(logGroupName=LOG_GROUP)
        return bench

    @property
    def state(self) -> Path:
        return self.emulated.place.state

    @property
    def ecs(self) -> Any:
        return self.emulated.client("ecs")

    def switch(self, *, on: bool) -> None:
        """Write the table of programs, or take it away."""
        program = {
            "python": os.path.abspath(sys.executable),
            "command": ["{python}", "application.py", "{address}", str(PORT)],
            "directory": str(Path(__file__).parent),
            "environment": {"FROM_IMAGE": "yes"},
        }
        table = {
            "images": {IMAGE: {"versions": {"1": program, "2": program}}},
            "trust": str(self.state / "authority.pem"),
        }
        path = self.state / FILE
        if on:
            path.write_text(json.dumps(table))
        else:
            path.unlink()

    def register(self, family: str, *containers: Definition, **more: Any) -> str:
        """A task definition; its ARN."""
        answer = self.ecs.register_task_definition(
            family=family,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=list(containers),
            **more,
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def run(self, *containers: Definition, **more: Any) -> str:
        """A task of its own; its ARN."""
        definition = self.register("alone", *containers, **more)
        answer = self.ecs.run_task(cluster=CLUSTER, taskDefinition=definition, launchType="FARGATE")
        return str(answer["tasks"][0]["taskArn"])

    def create(
        self, name: str, *containers: Definition, tasks: int = 1, volumes: Any = (), **more: Any
    ) -> None:
        """A service."""
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=self.register(name, *containers, volumes=list(volumes)),
            desiredCount=tasks,
            launchType="FARGATE",
            deploymentConfiguration=ALL_AT_ONCE,
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            **more,
        )

    def update(self, name: str, *containers: Definition) -> None:
        """Give a service another task definition."""
        self.ecs.update_service(
            cluster=CLUSTER, service=name, taskDefinition=self.register(name, *containers)
        )

    def remove(self, name: str) -> None:
        """Delete a service with its tasks."""
        self.ecs.delete_service(cluster=CLUSTER, service=name, force=True)

    def service(self, name: str) -> dict[str, Any]:
        """As it is described."""
        (found,) = self.ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
        return dict(found)

    def settled(self, name: str) -> dict[str, Any]:
        """The service when its deployment is over."""

        def over() -> dict[str, Any] | None:
            service = self.service(name)
            (state,) = (
                each["rolloutState"] for each in service["deployments"] if each["status"] == "PRIMARY"
            )
            return service if state != "IN_PROGRESS" else None

        return until(over, what=f"{name} is settled")

    def events(self, name: str) -> str:
        """What the service told of itself, newest first."""
        return "\n".join(event["message"] for event in self.service(name)["events"])

    def task(self, arn: str) -> dict[str, Any]:
        """As it is described."""
        (found,) = self.ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"]
        return dict(found)

    def tasks(self, service: str, *, status: str = "RUNNING") -> list[dict[str, Any]]:
        """The tasks of a service that are to be in this state."""
        arns = self.ecs.list_tasks(cluster=CLUSTER, serviceName=service, desiredStatus=status)["taskArns"]
        return list(self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]) if arns else []

    def reached(self, arn: str, status: str) -> dict[str, Any]:
        """The task when it is in this state."""

        def there() -> dict[str, Any] | None:
            task = self.task(arn)
            return task if task["lastStatus"] == status else None

        return until(there, what=f"{arn} is {status}")

    def log(self, name: str, task: str) -> list[tuple[int, str]]:
        """What a container said: time in milliseconds and line."""
        events = self.emulated.client("logs").get_log_events(
            logGroupName=LOG_GROUP, logStreamName=f"said/{name}/{task.rpartition('/')[2]}", startFromHead=True
        )["events"]
        return [(event["timestamp"], event["message"]) for event in events]

    def facts(self) -> dict[str, Any]:
        """The emulator's `tasks/status.json`."""
        return dict(json.loads((self.state / "tasks" / "status.json").read_text()))


def address(task: dict[str, Any]) -> str:
    """The task's own."""
    return str(task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"])


def pid(task: dict[str, Any], name: str = "application") -> int:
    """Of the process that stands for a container."""
    (found,) = (each["runtimeId"] for each in task["containers"] if each["name"] == name)
    return int(found.rpartition("-")[2])


def get(task: dict[str, Any], path: str) -> str:
    """What the application answers; it may take a moment to listen."""

    def answer() -> tuple[str] | None:
        try:
            with urllib.request.urlopen(f"http://{address(task)}:{PORT}{path}", timeout=5) as response:
                return (response.read().decode(),)
        except urllib.error.HTTPError as error:
            return (error.read().decode(),)
        except OSError:
            return None

    return until(answer, what=f"an answer to {path}", seconds=10)[0]
