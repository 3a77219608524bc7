"""Services whose tasks run: order of containers, health, deployments, replacement, and the end."""

import os
import signal
import time
from typing import Any

import pytest

from tests.commands.local.tasks.bench import (
    CHECK,
    CLUSTER,
    PORT,
    Bench,
    address,
    container,
    get,
    pid,
    script,
    until,
)

pytestmark = [
    pytest.mark.wide,
    pytest.mark.lifecycle,
    pytest.mark.xdist_group("services"),
    pytest.mark.usefixtures("behind"),  # they take their time while the other tests run
]
SAYS_WHEN_IT_ENDS: dict[str, Any] = {"variables": {"LINGER": "0.5"}}


def after(name: str, condition: str) -> dict[str, Any]:
    """Members of a container that waits for another one."""
    return {"dependsOn": [{"containerName": name, "condition": condition}]}


def test_a_container_starts_when_what_it_waits_for_has_succeeded(bench: Bench) -> None:
    volumes = [{"name": "shared"}]
    mount: dict[str, Any] = {"mountPoints": [{"sourceVolume": "shared", "containerPath": "/var/lib/shared"}]}
    write = "import time; time.sleep(0.3); open('/var/lib/shared/file', 'w').write('prepared'); print('done')"
    bench.create(
        "ordered",
        script("prepare", write, essential=False, **mount),
        container(healthCheck=CHECK, **mount, **after("prepare", "SUCCESS")),
        volumes=volumes,
    )
    service = bench.settled("ordered")
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    assert "has reached a steady state" in bench.events("ordered")
    (task,) = bench.tasks("ordered")
    assert (task["healthStatus"], task["lastStatus"]) == ("HEALTHY", "RUNNING")
    assert get(task, "/read?path=/var/lib/shared/file") == "prepared"
    assert bench.log("prepare", task["taskArn"])[-1] <= bench.log("application", task["taskArn"])[0]
    prepare, application = task["containers"]
    assert (prepare["lastStatus"], prepare["exitCode"]) == ("STOPPED", 0)
    assert (application["lastStatus"], application["healthStatus"]) == ("RUNNING", "HEALTHY")
    listed = {each["variable"]: each["is"] for each in bench.facts()["substitutions"]}
    assert listed["(health check)"] == "the task's own address"
    bench.remove("ordered")


@pytest.mark.parametrize(
    ("first", "condition", "detail"),
    [
        (script("first", "raise SystemExit(3)", essential=False), "SUCCESS", "did not exit successfully"),
        (script("first", "pass", essential=False), "HEALTHY", "did not exit successfully"),
        (
            script("first", "import time; time.sleep(60)", essential=False, startTimeout=1),
            "COMPLETE",
            "has timed out",
        ),
    ],
)
def test_a_container_that_waits_in_vain_fails_the_task(
    bench: Bench, first: dict[str, Any], condition: str, detail: str
) -> None:
    task = bench.reached(bench.run(first, container(**after("first", condition))), "STOPPED")
    assert (task["stopCode"], task["stoppedReason"]) == ("TaskFailedToStart", "Task failed to start")
    assert detail in task["containers"][1]["reason"]
    assert "exitCode" not in task["containers"][1]


def test_containers_start_with_those_that_they_wait_for(bench: Bench) -> None:
    task = bench.run(
        script("side", "print('side')", essential=False),
        script("check", "print('check')", essential=False, **after("side", "COMPLETE")),
        script("last", "print('last')", **after("check", "START")),
    )
    bench.reached(task, "STOPPED")
    times = [bench.log(name, task)[0][0] for name in ("side", "check", "last")]
    assert times[0] <= times[1]


def test_a_stopped_container_gets_its_time_and_is_killed_then(bench: Bench) -> None:
    arn = bench.run(
        container("polite", stopTimeout=5),
        container("stubborn", stopTimeout=1, variables={"STUBBORN": "1", "PORT": "8081"}, portMappings=[]),
    )
    bench.reached(arn, "RUNNING")
    until(lambda: len(bench.log("stubborn", arn)) == 1, what="the stubborn one is up")
    until(lambda: len(bench.log("polite", arn)) == 1, what="the polite one is up")
    began = time.monotonic()
    bench.ecs.stop_task(cluster=CLUSTER, task=arn, reason="enough")
    task = bench.reached(arn, "STOPPED")
    assert 1 <= time.monotonic() - began < 4
    assert [each["exitCode"] for each in task["containers"]] == [0, 137]
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough")


def test_a_killed_process_is_replaced_at_once(bench: Bench) -> None:
    bench.create("replaced", container())
    bench.settled("replaced")
    (task,) = bench.tasks("replaced")
    began = time.monotonic()
    os.kill(pid(task), signal.SIGKILL)
    fresh = until(
        lambda: [each for each in bench.tasks("replaced") if each["taskArn"] != task["taskArn"]],
        what="a new task",
    )[0]
    assert time.monotonic() - began < 2
    bench.reached(fresh["taskArn"], "RUNNING")
    stopped = bench.task(task["taskArn"])
    assert stopped["stoppedReason"] == "Essential container in task exited"
    assert stopped["containers"][0]["exitCode"] == 137
    bench.remove("replaced")


def test_an_update_never_has_two_versions_running(bench: Bench) -> None:
    bench.create("updated", container(**SAYS_WHEN_IT_ENDS), tasks=2)
    bench.settled("updated")
    old = [task["taskArn"] for task in bench.tasks("updated")]
    bench.update("updated", container(version="2", **SAYS_WHEN_IT_ENDS))
    service = bench.settled("updated")
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]
    new = [task["taskArn"] for task in bench.tasks("updated")]
    assert len(old) == len(new) == 2
    assert not set(old) & set(new)
    (ended, first), (begun, _) = (
        (max(bench.log("application", arn)[-1] for arn in old)),
        (min(bench.log("application", arn)[0] for arn in new)),
    )
    assert first == "version 1 has ended"
    assert ended <= begun
    bench.remove("updated")


def test_a_deployment_that_does_not_come_up_is_rolled_back(bench: Bench) -> None:
    bench.create("broken", container())
    before = bench.settled("broken")["taskDefinition"]
    bench.update("broken", container(version="2", variables={"CRASH": "4"}))
    service = until(
        lambda: (found := bench.service("broken"))["taskDefinition"] == before and found, what="the roll-back"
    )
    service = bench.settled("broken")
    states = {each["status"]: each["rolloutState"] for each in service["deployments"]}
    assert states == {"PRIMARY": "COMPLETED", "ACTIVE": "FAILED"}
    assert "rolled back to the last completed deployment" in bench.events("broken")
    failed = [
        each for each in bench.tasks("broken", status="STOPPED") if each["containers"][0]["exitCode"] == 4
    ]
    assert len(failed) == 3
    bench.remove("broken")


def test_an_ill_container_is_replaced_after_the_grace_period(bench: Bench) -> None:
    bench.create(
        "ill",
        container(
            healthCheck=CHECK,
            mountPoints=[{"sourceVolume": "tmp", "containerPath": "/tmp"}],
            readonlyRootFilesystem=True,
        ),
        volumes=[{"name": "tmp"}],
        healthCheckGracePeriodSeconds=1,
    )
    bench.settled("ill")
    (task,) = bench.tasks("ill")
    volume = bench.state / "tasks" / task["taskArn"].rpartition("/")[2] / "volumes" / "tmp"
    (volume / "ill").touch()
    stopped = bench.reached(task["taskArn"], "STOPPED")
    assert stopped["stoppedReason"] == "Task failed container health checks"
    until(lambda: [each["healthStatus"] for each in bench.tasks("ill")] == ["HEALTHY"], what="a healthy task")
    bench.remove("ill")


@pytest.fixture(scope="module")
def behind(bench: Bench) -> dict[str, str]:
    """Service → target group: `late` becomes healthy after a while, `never` does not."""
    groups = {}
    for name, seconds, grace in (("late", 3, 60), ("never", 60, 0)):
        made = bench.emulated.client("elbv2").create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=PORT,
            VpcId="vpc-1",
            TargetType="ip",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )
        groups[name] = str(made["TargetGroups"][0]["TargetGroupArn"])
        balancer = {"targetGroupArn": groups[name], "containerName": "application", "containerPort": PORT}
        bench.create(
            name,
            container(variables={"ILL_SECONDS": str(seconds)}),
            loadBalancers=[balancer],
            healthCheckGracePeriodSeconds=grace,
        )
    return groups


def test_a_deployment_is_complete_when_its_targets_are_healthy(bench: Bench, behind: dict[str, str]) -> None:
    (deployment,) = bench.settled("late")["deployments"]
    assert (deployment["updatedAt"] - deployment["createdAt"]).seconds >= 3
    (task,) = bench.tasks("late")
    health = bench.emulated.client("elbv2").describe_target_health(TargetGroupArn=behind["late"])
    (target,) = health["TargetHealthDescriptions"]
    assert target["Target"] == {"Id": address(task), "Port": PORT}
    bench.remove("late")


def test_a_task_with_an_unhealthy_target_is_replaced(bench: Bench, behind: dict[str, str]) -> None:
    stopped = until(lambda: bench.tasks("never", status="STOPPED"), what="a stopped task")[0]
    assert stopped["stoppedReason"] == f"Task failed ELB health checks in (target-group {behind['never']})"
    assert "is unhealthy in (target-group" in bench.events("never")
    bench.remove("never")


def test_what_cannot_run_here_neither_runs_nor_fails(bench: Bench) -> None:
    bench.create("elsewhere", container(image="example.com/gateway:2"))
    time.sleep(0.5)
    assert bench.tasks("elsewhere") == bench.tasks("elsewhere", status="STOPPED") == []
    service = bench.service("elsewhere")
    assert (service["runningCount"], service["deployments"][0]["rolloutState"]) == (0, "IN_PROGRESS")
    assert "was unable to place a task: example.com/gateway:2 is not run here" in bench.events("elsewhere")
    bench.remove("elsewhere")


def test_files_of_a_file_system_stay_when_tasks_go(bench: Bench) -> None:
    efs = bench.emulated.client("efs")
    file_system = efs.create_file_system(CreationToken="files")["FileSystemId"]
    point = efs.create_access_point(
        FileSystemId=file_system,
        PosixUser={"Uid": 1000, "Gid": 1000},
        RootDirectory={
            "Path": "/application",
            "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "750"},
        },
    )["AccessPointId"]
    volume: dict[str, Any] = {
        "name": "files",
        "efsVolumeConfiguration": {
            "fileSystemId": file_system,
            "transitEncryption": "ENABLED",
            "authorizationConfig": {"accessPointId": point, "iam": "ENABLED"},
        },
    }
    mounts = [{"sourceVolume": "files", "containerPath": "/var/lib/files"}]
    definition = container(mountPoints=mounts, linuxParameters={"capabilities": {"drop": ["ALL"]}})
    first = bench.reached(bench.run(definition, volumes=[volume]), "RUNNING")
    assert get(first, "/write?path=/var/lib/files/kept") == ""
    bench.ecs.stop_task(cluster=CLUSTER, task=first["taskArn"])
    bench.reached(first["taskArn"], "STOPPED")
    second = bench.reached(bench.run(definition, volumes=[volume]), "RUNNING")
    assert get(second, "/read?path=/var/lib/files/kept") == "1"
    bench.ecs.stop_task(cluster=CLUSTER, task=second["taskArn"])
    volume["efsVolumeConfiguration"]["authorizationConfig"]["accessPointId"] = "fsap-00000000000000000"
    refused = bench.reached(bench.run(definition, volumes=[volume]), "STOPPED")
    assert "failed to invoke EFS utils commands" in refused["stoppedReason"]


def template(version: str, **variables: str) -> dict[str, Any]:
    """A stack with one service."""
    definition = {
        "Name": "application",
        "Image": f"example.com/team/application:{version}",
        "Essential": True,
        "Environment": [{"Name": name, "Value": value} for name, value in variables.items()],
        "PortMappings": [{"ContainerPort": PORT}],
    }
    return {
        "Resources": {
            "Definition": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "NetworkMode": "awsvpc",
                    "RequiresCompatibilities": ["FARGATE"],
                    "Cpu": "256",
                    "Memory": "512",
                    "ContainerDefinitions": [definition],
                },
            },
            "Service": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": CLUSTER,
                    "TaskDefinition": {"Ref": "Definition"},
                    "DesiredCount": 1,
                    "LaunchType": "FARGATE",
                    "HealthCheckGracePeriodSeconds": 7,
                    "DeploymentConfiguration": {
                        "MaximumPercent": 100,
                        "MinimumHealthyPercent": 0,
                        "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
                    },
                },
            },
        }
    }


def test_a_stack_waits_for_its_service_and_fails_with_it(bench: Bench) -> None:
    emulated = bench.emulated
    assert emulated.deploy("service", template("1")) == "CREATE_COMPLETE"
    name = emulated.resources("service")["Service"].rpartition("/")[2]
    service = bench.service(name)
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    assert service["healthCheckGracePeriodSeconds"] == 7
    assert emulated.deploy("service", template("2", CRASH="1")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "ECS Deployment Circuit Breaker was triggered" in emulated.failures("service")
    (task,) = bench.tasks(name)
    assert task["containers"][0]["image"].endswith(":1")
    emulated.delete("service")
    assert not list((bench.state / "tasks").glob("*/volumes"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid(task), 0)


def test_the_table_switches_between_running_and_counting_as_running(bench: Bench) -> None:
    bench.create("switched", container())
    bench.settled("switched")
    (task,) = bench.tasks("switched")
    bench.switch(on=False)
    until(lambda: bench.task(task["taskArn"])["lastStatus"] == "STOPPED", what="the task's end")
    counted = until(lambda: bench.tasks("switched"), what="a task that counts as running")[0]
    assert not counted["containers"][0]["networkInterfaces"]
    bench.switch(on=True)
    until(
        lambda: [
            each
            for each in bench.tasks("switched")
            if each["lastStatus"] == "RUNNING" and each["containers"][0]["networkInterfaces"]
        ],
        what="a task that runs",
    )
    bench.remove("switched")
