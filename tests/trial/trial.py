"""A deployment that `make try` brought up, and what the tests ask of it."""

import contextlib
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import urllib3

from commands.local import server
from commands.local.account import NESTED
from commands.local.place import ROOT, Place
from commands.local.server import Server
from tests import waiting
from tests.waiting import Answer

DEPLOYMENTS = ROOT / "tests" / "trial" / "deployments"
SECONDS = 180
"""Until a whole service has begun anew on two busy cores."""
PRINTED = r"(\S+@\S+)\W+(\S{14,})"


def until(found: Callable[[], Answer | None], *, what: str, seconds: float = SECONDS) -> Answer:
    """The first answer that is true; raises TimeoutError, which says what was waited for."""
    return waiting.until(found, what=what, seconds=seconds, every=0.2)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the user pool."""

    email: str
    password: str


@dataclass(frozen=True)
class Trial:
    """One deployment with its tasks running."""

    place: Place
    name: str
    running: Server
    said: str
    """What the command printed."""

    @classmethod
    def begin(cls, place: Place, name: str, *, deployments: Path = DEPLOYMENTS) -> "Trial":
        """Run the command; raises AssertionError with what it said when it fails."""
        run = subprocess.run(
            [
                *(sys.executable, "-m", "commands", "local", "try", "--state", str(place.state)),
                *("--deployment", name, "--deployments", str(deployments), "--tasks", "2"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        found = server.running(place)
        assert found is not None
        return cls(place, name, found, run.stdout)

    def client(self, service: str) -> Any:
        """A boto3 client of the embedded AWS."""
        return self.place.client(service, url=self.running.url)

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Outputs of the root stack."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    @property
    def origin(self) -> str:
        """Scheme, host and port that browsers use."""
        return self.outputs["Url"]

    def resources(self, resource_type: str, *, stack: str | None = None) -> Iterator[str]:
        """Physical ids of all resources of a type, nested stacks included."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=stack or self.name):
            for each in page["StackResourceSummaries"]:
                if each["ResourceType"] == resource_type:
                    yield each["PhysicalResourceId"]
                elif each["ResourceType"] == NESTED:
                    yield from self.resources(resource_type, stack=each["PhysicalResourceId"])

    def printed_people(self) -> list[Person]:
        """The users that the command made, as it printed them."""
        return [
            Person(email=email, password=password)
            for email, password in re.findall(PRINTED, self.said, re.MULTILINE)
        ]

    # -- people ------------------------------------------------------------------------------------------------

    @cached_property
    def pool(self) -> str:
        """The user pool's id."""
        (pool,) = self.resources("AWS::Cognito::UserPool")
        return pool

    def invite(self, name: str, *groups: str) -> Person:
        """A new user of the pool, with a password that needs no change."""
        person = Person(email=f"{name}@example.com", password=f"Trial-{name}-0123456789")
        api = self.client("cognito-idp")
        attributes = [{"Name": "email", "Value": person.email}, {"Name": "email_verified", "Value": "true"}]
        api.admin_create_user(
            UserPoolId=self.pool,
            Username=person.email,
            UserAttributes=attributes,
            TemporaryPassword=person.password,
            MessageAction="SUPPRESS",
        )
        api.admin_set_user_password(
            UserPoolId=self.pool, Username=person.email, Password=person.password, Permanent=True
        )
        for group in groups:
            self.join(person, group)
        return person

    def join(self, person: Person, group: str) -> None:
        """Add the person to a group."""
        self.client("cognito-idp").admin_add_user_to_group(
            UserPoolId=self.pool, Username=person.email, GroupName=group
        )

    def leave(self, person: Person, group: str) -> None:
        """Take the person out of a group."""
        self.client("cognito-idp").admin_remove_user_from_group(
            UserPoolId=self.pool, Username=person.email, GroupName=group
        )

    # -- tasks -------------------------------------------------------------------------------------------------

    @cached_property
    def cluster(self) -> str:
        """The ECS cluster."""
        (cluster,) = self.resources("AWS::ECS::Cluster")
        return cluster

    @cached_property
    def service(self) -> str:
        """The ECS service's name."""
        (arn,) = self.resources("AWS::ECS::Service")
        return arn.rpartition("/")[2]

    def tasks(self) -> list[dict[str, Any]]:
        """The service's running tasks."""
        api = self.client("ecs")
        arns = api.list_tasks(cluster=self.cluster, serviceName=self.service)["taskArns"]
        found = api.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"] if arns else []
        return [task for task in found if task["lastStatus"] == "RUNNING"]

    def task_definition(self) -> dict[str, Any]:
        """The task definition that the service uses."""
        api = self.client("ecs")
        (service,) = api.describe_services(cluster=self.cluster, services=[self.service])["services"]
        described = api.describe_task_definition(taskDefinition=service["taskDefinition"])
        found: dict[str, Any] = described["taskDefinition"]
        return found

    def healthy_targets(self) -> list[str]:
        """Addresses that the load balancer sends requests to."""
        api = self.client("elbv2")
        return [
            target["Target"]["Id"]
            for group in self.resources("AWS::ElasticLoadBalancingV2::TargetGroup")
            for target in api.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
            if target["TargetHealth"]["State"] == "healthy"
        ]

    def servers(self) -> list[psutil.Process]:
        """The processes that serve Open WebUI in this trial."""
        return [process for process in self._below() if "open_webui.main:app" in _command(process)]

    def restart(self) -> None:
        """Stop all tasks and start new ones."""
        before = {task["taskArn"] for task in self.tasks()}
        self.client("ecs").update_service(cluster=self.cluster, service=self.service, forceNewDeployment=True)
        self.settle(without=before)

    def settle(self, *, without: frozenset[str] | set[str] = frozenset(), tasks: int = 2) -> None:
        """Wait until all tasks, none of them one of `without`, get requests."""

        def settled() -> bool:
            arns = {task["taskArn"] for task in self.tasks()}
            return len(arns) == len(self.healthy_targets()) == tasks and not arns & without

        until(settled, what=f"{tasks} healthy tasks")

    def tags_that_serve(self) -> set[str]:
        """Image tags of the processes that serve: each calls its database sessions by its tag."""
        return {name.removeprefix("open-webui/") for name in _variables(self.servers(), "PGAPPNAME")}

    def listening(self) -> set[tuple[str, int]]:
        """Address and port of everything that the embedded AWS and what it started listens on."""
        return {
            (connection.laddr.ip, connection.laddr.port)
            for process in [psutil.Process(self.running.pid), *self._below()]
            for connection in _connections(process)
            if connection.status == psutil.CONN_LISTEN
        }

    def processes(self, program: str) -> list[psutil.Process]:
        """This trial's processes of a program, such as `valkey-server`, parents only."""
        found = [each for each in self._below() if each.name() == program]
        return [each for each in found if each.ppid() not in {other.pid for other in found}]

    # -- what the application answers --------------------------------------------------------------------------

    def ask(self, path: str, token: str | None, *, seconds: float = 15) -> int:
        """Status of a request through load balancer and distribution; 0 for none in time."""
        parts = urlsplit(self.origin)
        edge = urllib3.HTTPSConnectionPool(
            "127.0.0.1",
            parts.port or 443,
            ssl_context=ssl.create_default_context(cafile=str(self.place.authority)),
            server_hostname=parts.hostname,
            assert_hostname=parts.hostname,
        )
        headers = {"Host": parts.netloc, "Authorization": f"Bearer {token}"}
        try:
            return edge.request("GET", path, headers=headers, timeout=seconds, retries=False).status
        except urllib3.exceptions.HTTPError:
            return 0

    def status_of_session(self, target: str, token: str) -> int:
        """What one task answers to a session."""
        return self._get("/api/v1/auths/", token, target=target).status

    def role(self, token: str | None) -> str:
        """The role of a session's user."""
        return str(self._json("/api/v1/auths/", token)["role"])

    def file(self, token: str | None, name: str) -> str | None:
        """Id of the person's file of this name."""
        answer = self._json("/api/v1/files/", token)
        files = answer["items"] if isinstance(answer, dict) else answer
        return next((str(each["id"]) for each in files if each["filename"] == name), None)

    def content(self, token: str | None, file: str) -> str:
        """A file as it was uploaded."""
        return self._get(f"/api/v1/files/{file}/content", token).data.decode()

    def _json(self, path: str, token: str | None) -> Any:
        answer = self._get(path, token)
        assert answer.status == 200, f"{path}: {answer.status} {answer.data[:300]!r}"
        return json.loads(answer.data)

    def _get(
        self, path: str, token: str | None, *, target: str | None = None
    ) -> urllib3.response.BaseHTTPResponse:
        return self.get(path, target or self.healthy_targets()[0], {"Authorization": f"Bearer {token}"})

    def get(self, path: str, target: str, headers: dict[str, str]) -> urllib3.response.BaseHTTPResponse:
        """What one task answers, with nothing between."""
        url = f"http://{target}:8080{path}"
        return urllib3.request("GET", url, headers=headers, timeout=30, redirect=False)

    # -- what is behind them -----------------------------------------------------------------------------------

    def sql(self, statement: str) -> list[list[Any]]:
        """Rows of a statement, run in the application's database by the master user through the Data API."""
        (cluster,) = self.client("rds").describe_db_clusters()["DBClusters"]
        answer = self.client("rds-data").execute_statement(
            resourceArn=cluster["DBClusterArn"],
            secretArn=cluster["MasterUserSecret"]["SecretArn"],
            database="openwebui",
            sql=statement,
        )
        return [[next(iter(field.values())) for field in row] for row in answer.get("records", [])]

    def chunks(self, file: str) -> int:
        """How many pieces of a file pgvector holds."""
        statement = f"SELECT count(*) FROM document_chunk WHERE collection_name = 'file-{file}'"
        return int(self.sql(statement)[0][0])

    def snapshots(self) -> list[str]:
        """Names of the database's snapshots."""
        found = self.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
        return [each["DBClusterSnapshotIdentifier"] for each in found]

    def uploads(self) -> list[str]:
        """Keys of the bucket that uploaded files go to."""
        application = self.container("open-webui")
        bucket = next(e["value"] for e in application["environment"] if e["name"] == "S3_BUCKET_NAME")
        found = self.client("s3").list_objects_v2(Bucket=bucket)
        return [each["Key"] for each in found.get("Contents", [])]

    def secret_values(self) -> dict[str, str]:
        """Every value that Secrets Manager keeps, by the secret's name and the value's key; short ones are names."""
        api = self.client("secretsmanager")
        found: dict[str, str] = {}
        for page in api.get_paginator("list_secrets").paginate():
            for secret in page["SecretList"]:
                values = json.loads(api.get_secret_value(SecretId=secret["ARN"])["SecretString"])
                found |= {f"{secret['Name']}:{key}": str(value) for key, value in values.items()}
        return {name: value for name, value in found.items() if _is_random(value)}

    def log(self, stream_prefix: str) -> dict[str, list[str]]:
        """Lines of the application's log by stream, of the container with this prefix."""
        api = self.client("logs")
        group = self.container("open-webui")["logConfiguration"]["options"]["awslogs-group"]
        streams = api.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{stream_prefix}/")
        return {
            name: [event["message"] for event in _events(api, group, name)]
            for name in (each["logStreamName"] for each in streams["logStreams"])
        }

    def container(self, name: str) -> dict[str, Any]:
        """A container of the task definition that the service uses."""
        containers: list[dict[str, Any]] = self.task_definition()["containerDefinitions"]
        return next(each for each in containers if each["name"] == name)

    def _below(self) -> list[psutil.Process]:
        return psutil.Process(self.running.pid).children(recursive=True)


def _is_random(value: str) -> bool:
    """Whether it is a secret by itself: addresses, names and ports stand beside some."""
    return len(value) >= 16 and value != "localhost" and not value.startswith(("arn:", "openwebui"))


def _events(api: Any, group: str, stream: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = api.get_log_events(
        logGroupName=group, logStreamName=stream, startFromHead=True
    )["events"]
    return events


def _variables(processes: list[psutil.Process], name: str) -> set[str]:
    found = set()
    for process in processes:
        with contextlib.suppress(psutil.Error):  # it may end meanwhile
            found.add(process.environ()[name])
    return found


def _connections(process: psutil.Process) -> list[Any]:
    try:
        return list(process.net_connections(kind="inet"))
    except psutil.Error:
        return []


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
