"""The whole life cycle of `open-webui-dev` on the embedded AWS, with the real CDK CLI.

One test, because each step stands on the one before and a deployment is made once.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from commands.local import account, cdk
from commands.local.steps import LocalError
from tests.commands.local.edited_assembly import Template, edited, of_type
from tests.commands.local.emulated import Emulated

pytestmark = [pytest.mark.lifecycle, pytest.mark.xdist_group("life_cycle")]
NAME = "open-webui-dev"
APPLICATION_DATABASE = "openwebui"


class Deployment:
    """The deployment under test."""

    def __init__(self, emulated: Emulated) -> None:
        self.emulated = emulated

    def cdk(self, verb: str, assembly: Path, *options: str) -> str:
        """Run the CLI on an assembly."""
        port = self.emulated.server.port
        return "\n".join(
            cdk.run(self.emulated.place, verb, "--app", str(assembly), NAME, *options, port=port)
        )

    def deploy(self, assembly: Path) -> str:
        return self.cdk("deploy", assembly, "--require-approval", "never", "--progress", "events")

    def has_no_difference(self, assembly: Path) -> bool:
        try:
            return "Number of stacks with differences: 0" in self.cdk("diff", assembly, "--fail")
        except LocalError:
            return False

    def stacks(self) -> dict[str, str]:
        found = account.stacks(self.emulated.place, NAME, url=self.emulated.server.url)
        return {stack.name: stack.status for stack in found}

    def events(self) -> int:
        api = self.emulated.client("cloudformation")
        return sum(len(api.describe_stack_events(StackName=name)["StackEvents"]) for name in self.stacks())

    def of_type(self, resource_type: str) -> list[str]:
        """Physical ids of a type in the deployment."""
        api = self.emulated.client("cloudformation")
        return sorted(
            each["PhysicalResourceId"]
            for name in self.stacks()
            for page in api.get_paginator("list_stack_resources").paginate(StackName=name)
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == resource_type
        )

    def service(self) -> dict[str, Any]:
        """The ECS service as ECS answers it."""
        ecs = self.emulated.client("ecs")
        (arn,) = self.of_type("AWS::ECS::Service")
        services = ecs.describe_services(cluster=arn.split("/")[1], services=[arn])["services"]
        service: dict[str, Any] = services[0]
        return service

    def environment(self) -> dict[str, str]:
        """The variables of the service's containers."""
        ecs = self.emulated.client("ecs")
        definition = ecs.describe_task_definition(taskDefinition=self.service()["taskDefinition"])[
            "taskDefinition"
        ]
        return {
            variable["name"]: variable["value"]
            for container in definition["containerDefinitions"]
            for variable in container.get("environment", [])
        }

    def images(self) -> list[str]:
        """The images of the service's containers."""
        ecs = self.emulated.client("ecs")
        definition = ecs.describe_task_definition(taskDefinition=self.service()["taskDefinition"])
        return [each["image"] for each in definition["taskDefinition"]["containerDefinitions"]]

    def has_the_snapshot(self, *, before: str) -> bool:
        """Whether the one snapshot of the cluster is that which was taken before this image."""
        return self.snapshot().startswith(f"{NAME}-before-{before}")

    def snapshot(self) -> str:
        """The one snapshot that is there to be used."""
        (found,) = self.emulated.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
        assert found["Status"] == "available"
        return str(found["DBClusterSnapshotIdentifier"])

    def select(self, sql: str, *, database: str, secret: str | None = None) -> list[Any]:
        """The first column of what the Data API answers."""
        (cluster,) = self.emulated.client("rds").describe_db_clusters()["DBClusters"]
        answer = self.emulated.client("rds-data").execute_statement(
            resourceArn=cluster["DBClusterArn"],
            secretArn=secret or cluster["MasterUserSecret"]["SecretArn"],
            sql=sql,
            database=database,
        )
        return [next(iter(row[0].values())) for row in answer["records"]]

    def application_secret(self) -> str:
        """The secret with which the application goes to its database."""
        secrets = self.emulated.client("secretsmanager")
        for arn in self.of_type("AWS::SecretsManager::Secret"):
            value = secrets.get_secret_value(SecretId=arn).get("SecretString", "{}")
            if value.startswith("{") and json.loads(value).get("username", "").startswith(
                APPLICATION_DATABASE
            ):
                return arn
        raise LookupError("no secret holds the application's database user")


@pytest.fixture(scope="module")
def deployment(emulated: Emulated) -> Deployment:
    place = emulated.place
    cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=emulated.server.port)
    return Deployment(emulated)


@pytest.mark.row("F5", "F6")
def test_life_cycle(assembly: Path, deployment: Deployment, tmp_path: Path) -> None:
    deploys_completely(deployment, assembly)
    sql_of_ours_ran(deployment)
    redeploying_changes_nothing(deployment, assembly)
    a_changed_image_is_preceded_by_a_snapshot(deployment, assembly)
    updated = an_update_replaces_and_changes_in_place(deployment, assembly, tmp_path)
    a_failing_update_rolls_back(deployment, updated, tmp_path)
    destroying_leaves_what_is_retained(deployment, updated)


def deploys_completely(deployment: Deployment, assembly: Path) -> None:
    deployment.deploy(assembly)
    assert set(deployment.stacks().values()) == {"CREATE_COMPLETE"}
    assert deployment.has_no_difference(assembly), "cdk diff shows something right after the deployment"
    service = deployment.service()
    assert service["runningCount"] == service["desiredCount"] >= 1


def sql_of_ours_ran(deployment: Deployment) -> None:
    roles = deployment.select("SELECT rolname FROM pg_roles", database="postgres")
    assert {APPLICATION_DATABASE, f"{APPLICATION_DATABASE}_a"} <= set(roles)
    owner = f"SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = '{APPLICATION_DATABASE}'"
    assert deployment.select(owner, database="postgres") == [APPLICATION_DATABASE]
    extensions = deployment.select("SELECT extname FROM pg_extension", database=APPLICATION_DATABASE)
    assert "vector" in extensions
    # The application's own password opens its database, and a vector can be kept there.
    secret = deployment.application_secret()
    near = "SELECT ('[1,2,3]'::vector <-> '[1,2,4]'::vector)::text"
    assert deployment.select(near, database=APPLICATION_DATABASE, secret=secret) == ["1"]
    superuser = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert deployment.select(superuser, database="postgres") == [False], (
        "Aurora's master user is no superuser"
    )


def redeploying_changes_nothing(deployment: Deployment, assembly: Path) -> None:
    before = deployment.events()
    assert "no changes" in deployment.deploy(assembly)
    assert deployment.events() == before


def a_changed_image_is_preceded_by_a_snapshot(deployment: Deployment, assembly: Path) -> None:
    """As an operator does it: a parameter of the stack, no synthesis."""
    assert deployment.emulated.update(NAME, ImageTag="v9.9.9") == "UPDATE_COMPLETE"
    assert deployment.has_the_snapshot(before="v9-9-9")
    assert all("v9.9.9" in image for image in deployment.images()), deployment.images()
    assert deployment.has_no_difference(assembly), "cdk diff shows a parameter that an operator has turned"


def an_update_replaces_and_changes_in_place(deployment: Deployment, assembly: Path, folder: Path) -> Path:
    access_points, alarms = (
        deployment.of_type("AWS::EFS::AccessPoint"),
        deployment.of_type("AWS::CloudWatch::Alarm"),
    )

    def move_files(template: Template) -> None:
        root = of_type(template, "AWS::EFS::AccessPoint")["Properties"]["RootDirectory"]
        root["Path"] = "/moved"

    def raise_threshold(template: Template) -> None:
        of_type(template, "AWS::CloudWatch::Alarm")["Properties"]["Threshold"] = 17
        topic = of_type(template, "AWS::SNS::Topic")
        topic["DeletionPolicy"] = topic["UpdateReplacePolicy"] = "Retain"

    updated = edited(
        assembly,
        folder / "updated",
        deployment=NAME,
        changes={"Storage": move_files, "Monitoring": raise_threshold},
    )
    assert not deployment.has_no_difference(updated)
    deployment.deploy(updated)
    assert deployment.has_no_difference(updated), "cdk diff shows something after the update"
    assert not set(deployment.of_type("AWS::EFS::AccessPoint")) & set(access_points), "not replaced"
    left = deployment.emulated.client("efs").describe_access_points()["AccessPoints"]
    assert [each["AccessPointId"] for each in left] == deployment.of_type("AWS::EFS::AccessPoint")
    assert deployment.of_type("AWS::CloudWatch::Alarm") == alarms, (
        "replaced, though a threshold changes in place"
    )
    described = deployment.emulated.client("cloudwatch").describe_alarms(AlarmNames=alarms)["MetricAlarms"]
    assert 17 in [alarm["Threshold"] for alarm in described]
    return updated


def a_failing_update_rolls_back(deployment: Deployment, before: Path, folder: Path) -> None:
    environment, service = deployment.environment(), deployment.service()

    def add_variable(template: Template) -> None:
        (container, *_) = of_type(template, "AWS::ECS::TaskDefinition")["Properties"]["ContainerDefinitions"]
        container.setdefault("Environment", []).append(
            {"Name": "NEW_VARIABLE", "Value": "of the failing update"}
        )

    def break_alarm(template: Template) -> None:
        of_type(template, "AWS::CloudWatch::Alarm")["Properties"]["Colour"] = "red"

    broken = edited(
        before,
        folder / "broken",
        deployment=NAME,
        changes={"Fargate": add_variable, "Monitoring": break_alarm},
    )
    with pytest.raises(LocalError):
        deployment.deploy(broken)
    statuses = deployment.stacks()
    assert statuses[NAME] == "UPDATE_ROLLBACK_COMPLETE"
    reason = account.first_failure(deployment.emulated.place, NAME, url=deployment.emulated.server.url)
    assert reason is not None
    assert re.search(r"AWS::CloudWatch::Alarm .*extraneous key \[Colour\] is not permitted", reason)
    assert deployment.has_no_difference(before), "cdk diff shows something after the roll-back"
    assert deployment.environment() == environment
    assert deployment.service()["runningCount"] == service["runningCount"]
    deployment.deploy(before)


def destroying_leaves_what_is_retained(deployment: Deployment, assembly: Path) -> None:
    emulated = deployment.emulated
    (topic,) = deployment.of_type("AWS::SNS::Topic")
    (bucket,) = deployment.of_type("AWS::S3::Bucket")
    emulated.client("s3").put_object(Bucket=bucket, Key="log", Body=b"a bucket with something in it")
    names = list(deployment.stacks())
    deployment.cdk("destroy", assembly, "--force")
    assert emulated.status(NAME) in (None, "DELETE_COMPLETE")
    said = account.left(emulated.place, names, url=emulated.server.url)
    assert [(each.type, each.name) for each in said] == [
        ("AWS::SNS::Topic", topic),
        ("cluster snapshot", deployment.snapshot()),
    ]
    assert [each["TopicArn"] for each in emulated.client("sns").list_topics()["Topics"]] == [topic]
    assert left(emulated) == []
    assert deployment.has_the_snapshot(before="v9-9-9"), "a snapshot is for afterwards"


def left(emulated: Emulated) -> list[str]:
    """What stands in the account beside the CDK's own bucket and what a VPC is born with."""
    buckets = [each["Name"] for each in emulated.client("s3").list_buckets()["Buckets"]]
    vpcs = emulated.client("ec2").describe_vpcs()["Vpcs"]
    return [
        *(name for name in buckets if not name.startswith("cdk-")),
        *(each["VpcId"] for each in vpcs if not each["IsDefault"]),
        *(
            each["DBClusterIdentifier"]
            for each in emulated.client("rds").describe_db_clusters()["DBClusters"]
        ),
        *(each["FileSystemId"] for each in emulated.client("efs").describe_file_systems()["FileSystems"]),
        *(each["Name"] for each in emulated.client("secretsmanager").list_secrets()["SecretList"]),
        *(each["Id"] for each in emulated.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]),
        *(
            each["LoadBalancerArn"]
            for each in emulated.client("elbv2").describe_load_balancers()["LoadBalancers"]
        ),
        *(each["FunctionName"] for each in emulated.client("lambda").list_functions()["Functions"]),
        *(each["AlarmName"] for each in emulated.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(path.name for path in emulated.place.state.glob("databases/*")),
    ]
