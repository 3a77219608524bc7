"""What a container is given, what it may see and write, and why it is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.local.emulator.tasks import isolation
from tests.commands.local.tasks.bench import Bench, container, get, script

pytestmark = [pytest.mark.lifecycle, pytest.mark.xdist_group("containers")]
VALUE = "a-value-that-nobody-may-write-down"
SECRETS = "unable to pull secrets or registry auth: execution resource retrieval failed"
needs_namespaces = pytest.mark.skipif(
    isolation.refusal() is not None, reason=f"containers are not closed in here: {isolation.refusal()}"
)


@pytest.fixture(scope="module")
def secret(bench: Bench) -> str:
    made = bench.emulated.client("secretsmanager").create_secret(
        Name="application/keys", SecretString=json.dumps({"key": VALUE, "port": 5432, "on": True})
    )
    return str(made["ARN"])


def test_a_container_sees_its_own_environment_alone(bench: Bench, secret: str) -> None:
    bench.emulated.client("ssm").put_parameter(Name="/application/level", Value="high", Type="SecureString")
    arn = bench.run(
        container(
            variables={"PLAIN": "1"},
            secrets=[
                {"name": "KEY", "valueFrom": f"{secret}:key::"},
                {"name": "NUMBER", "valueFrom": f"{secret}:port:AWSCURRENT:"},
                {"name": "TRUTH", "valueFrom": f"{secret}:on::"},
                {"name": "WHOLE", "valueFrom": secret},
                {"name": "LEVEL", "valueFrom": "/application/level"},
            ],
        )
    )
    seen = json.loads(get(bench.reached(arn, "RUNNING"), "/environment"))
    assert {name: seen.pop(name) for name in ("PLAIN", "KEY", "NUMBER", "TRUTH", "LEVEL", "FROM_IMAGE")} == {
        "PLAIN": "1",
        "KEY": VALUE,
        "NUMBER": "5432",
        "TRUTH": "true",
        "LEVEL": "high",
        "FROM_IMAGE": "yes",
    }
    assert json.loads(seen.pop("WHOLE"))["key"] == VALUE
    assert seen["AWS_ACCESS_KEY_ID"] == bench.emulated.place.account
    assert set(seen) == {
        *("PATH", "HOME", "LANG", "VERSION", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "ECS_CONTAINER_METADATA_URI_V4"),
    }
    assert VALUE not in json.dumps(bench.task(arn), default=str)
    bench.ecs.stop_task(cluster="cluster", task=arn)
    bench.reached(arn, "STOPPED")
    for path in [bench.emulated.place.log, *(bench.state / "tasks").rglob("*")]:
        assert path.is_dir() or VALUE not in path.read_text(), path


def test_hosts_of_aws_become_local_ones_and_are_listed(bench: Bench, secret: str) -> None:
    url = bench.emulated.server.url
    arn = bench.run(
        container(
            variables={
                "ISSUER": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_A/.well-known/openid-configuration",
                "SIGN_OUT": "https://chat-1.auth.eu-west-1.amazoncognito.com/logout?client_id=1",
                "UPLOADS": "https://s3.us-east-1.amazonaws.com",
                "CACHE": f"rediss://user:{VALUE}@localhost:6379/0",
                "ELSEWHERE": f"rediss://user:{VALUE}@cache.example.com:6379/0",
                "OPENAI": "https://api.openai.com/v1",
            }
        )
    )
    seen = json.loads(get(bench.reached(arn, "RUNNING"), "/environment"))
    bench.ecs.stop_task(cluster="cluster", task=arn)
    assert seen["ISSUER"] == f"{url}/us-east-1_A/.well-known/openid-configuration"
    assert seen["SIGN_OUT"] == f"{url}/logout?client_id=1"
    assert seen["UPLOADS"] == url
    assert seen["CACHE"] == f"redis://user:{VALUE}@localhost:6379/0"
    assert seen["ELSEWHERE"] == f"rediss://user:{VALUE}@cache.example.com:6379/0"
    assert seen["OPENAI"] == "https://api.openai.com/v1"
    listed = {each["variable"]: (each["was"], each["is"]) for each in bench.facts()["substitutions"]}
    assert listed["CACHE"] == ("rediss://localhost:6379", "redis://localhost:6379")
    assert listed["UPLOADS"] == ("https://s3.us-east-1.amazonaws.com", url)
    assert "OPENAI" not in listed
    assert VALUE not in json.dumps(bench.facts())


def referring(value_from: str) -> dict[str, Any]:
    """A container with one secret."""
    return container(secrets=[{"name": "KEY", "valueFrom": value_from}])


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        pytest.param(
            referring("arn:aws:secretsmanager:us-east-1:111122223333:secret:nowhere-AbCdEf:key::"),
            f"ResourceInitializationError: {SECRETS}: unable to retrieve secret from asm: service call has been "
            "retried 1 time(s): failed to fetch secret "
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:nowhere-AbCdEf from secrets manager: "
            "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
            id="no secret",
        ),
        pytest.param(
            referring("SECRET:no_key::"),
            f"ResourceInitializationError: {SECRETS}: unable to retrieve secret from asm: service call has been "
            "retried 1 time(s): retrieved secret from Secrets Manager did not contain json key no_key",
            id="no key in it",
        ),
        pytest.param(
            referring("SECRET:key:AWSPREVIOUS:"),
            "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
            id="no such stage",
        ),
        pytest.param(
            referring("/application/nowhere"),
            f"ResourceInitializationError: {SECRETS}: unable to retrieve secrets from ssm: service call has been "
            "retried 1 time(s): invalid ssm parameters: /application/nowhere",
            id="no parameter",
        ),
        pytest.param(
            container(variables={"": "value"}),
            "CannotCreateContainerError: Error response from daemon: invalid environment variable",
            id="no name",
        ),
        pytest.param(
            container(logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": "/nowhere"}}),
            "ResourceInitializationError: failed to validate logger args",
            id="no log group",
        ),
        pytest.param(
            container(command=["no-such-program"]),
            'exec: "no-such-program": executable file not found',
            id="no program",
        ),
        pytest.param(
            container(image="example.com/other:1"),
            "example.com/other:1 is not run here: no program",
            id="no image",
        ),
        pytest.param(
            container(version="3"), "v3-slim is not run here: this machine has version 1, 2", id="no version"
        ),
    ],
)
def test_a_task_that_cannot_start_says_why_as_ecs_does(
    bench: Bench, secret: str, definition: dict[str, Any], reason: str
) -> None:
    text = json.dumps(definition).replace("SECRET", secret)
    task = bench.reached(bench.run(json.loads(text)), "STOPPED")
    assert task["stopCode"] == "TaskFailedToStart"
    assert reason in task["stoppedReason"]
    assert VALUE not in task["stoppedReason"]


def test_what_an_image_has_no_program_for_is_listed(bench: Bench) -> None:
    bench.reached(bench.run(container("gateway", image="example.com/gateway:2")), "STOPPED")
    assert {
        "container": "gateway",
        "image": "example.com/gateway:2",
        "why": "example.com/gateway:2 is not run here: no program of this machine stands for the image",
    } in bench.facts()["not_run"]


@needs_namespaces
def test_only_declared_mounts_can_be_written(bench: Bench) -> None:
    arn = bench.run(
        container(
            readonlyRootFilesystem=True,
            linuxParameters={"capabilities": {"drop": ["ALL"]}},
            mountPoints=[
                {"sourceVolume": "files", "containerPath": "/var/lib/application/files"},
                {"sourceVolume": "tmp", "containerPath": "/tmp"},
                {"sourceVolume": "given", "containerPath": "/var/lib/application/given", "readOnly": True},
            ],
        ),
        volumes=[{"name": "files"}, {"name": "tmp"}, {"name": "given"}],
    )
    task = bench.reached(arn, "RUNNING")
    places = ["/var/lib/application/files/a", "/tmp/a", "/dev/shm/a"]
    assert [get(task, f"/write?path={place}") for place in places] == ["", "", ""]
    closed = [
        "/var/lib/application/given/a",
        "/etc/a",
        "/usr/a",
        "/a",
        "/home/task/a",
        f"{Path(__file__).parent}/a",
    ]
    assert [get(task, f"/write?path={place}") for place in closed] == ["OSError 30"] * len(closed)
    volumes = bench.state / "tasks" / arn.rpartition("/")[2] / "volumes"
    assert (volumes / "files" / "a").read_text() == "1"
    hidden = get(task, f"/read?path={bench.state / 'authority.key'}")
    assert hidden == "FileNotFoundError 2"
    assert json.loads(get(task, "/identity")) == {"uid": 0, "pid": 2, "processes": 2}
    bench.ecs.stop_task(cluster="cluster", task=arn)
    bench.reached(arn, "STOPPED")
    assert not volumes.exists()


@needs_namespaces
@pytest.mark.parametrize("wanted", ["0", "1000:1000"])
def test_a_container_without_a_read_only_root_has_its_own_folders_and_user(bench: Bench, wanted: str) -> None:
    arn = bench.run(container(user=wanted))
    task = bench.reached(arn, "RUNNING")
    identity = json.loads(get(task, "/identity"))
    kept = [each for each in bench.facts()["remarks"] if "runs as root" in each]
    assert identity["uid"] == (int(wanted.partition(":")[0]) if not kept else 0)
    assert [get(task, f"/write?path={place}") for place in ("/tmp/a", "/home/task/a")] == ["", ""]
    assert get(task, "/write?path=/usr/a") in ("OSError 30", "PermissionError 13")
    assert not Path("/home/task").exists()
    bench.ecs.stop_task(cluster="cluster", task=arn)


def test_the_log_of_each_container_is_in_its_stream_and_in_its_file(bench: Bench) -> None:
    arn = bench.run(script("speaker", "import sys; print('one'); print('two', file=sys.stderr)"))
    task = bench.reached(arn, "STOPPED")
    assert [line for _, line in bench.log("speaker", arn)] in (["one", "two"], ["two", "one"])
    file = bench.state / "tasks" / arn.rpartition("/")[2] / "speaker.log"
    assert sorted(file.read_text().split()) == ["one", "two"]
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["containers"][0]["exitCode"] == 0
