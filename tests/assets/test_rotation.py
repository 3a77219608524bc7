"""Rotation with alternating users against a real PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import psycopg
import pytest

from tests.assets.aws import AwsError, DataApiServer, Vault, answered_client
from tests.assets.conftest import CloudFormation, Context, Load
from tests.assets.postgres import PostgresServer, new_name

pytestmark = pytest.mark.slow

CLUSTER = "arn:aws:rds:eu-central-1:111122223333:cluster:storage-1"
MASTER_SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:master"
SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:application"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
V2, V3, V9 = ("2" * 32, "3" * 32, "9" * 32)


@dataclass
class Setting:
    """A database as Custom::Database made it, with its secret, and a service that may fail."""

    module: ModuleType
    api: DataApiServer
    database: str
    vault: Vault = field(default_factory=Vault)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    service_failures_to_come: int = 0

    def update_service(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert operation == "UpdateService"
        if self.service_failures_to_come:
            self.service_failures_to_come -= 1
            raise AwsError("AccessDeniedException", "not yet")
        self.deployments.append(params)
        return {}

    def step(self, step: str, version: str) -> None:
        event = {"SecretId": SECRET, "ClientRequestToken": version, "Step": step}
        self.module.handler(event, Context())

    def begin(self, version: str) -> None:
        """What Secrets Manager does first: an empty version with the stage AWSPENDING."""
        for held in self.vault.stages[SECRET].values():
            held.discard("AWSPENDING")
        self.vault.stages[SECRET][version] = {"AWSPENDING"}

    def rotate(self, version: str) -> None:
        self.begin(version)
        for step in STEPS:
            self.step(step, version)

    def log_in(self, fields: dict[str, Any] | None = None) -> psycopg.Connection:
        fields = fields or self.vault.value(SECRET)
        return self.api.postgres.connect(fields["username"], fields["password"], database=self.database)


@pytest.fixture
def setting(
    load: Load, cloudformation: CloudFormation, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> Setting:
    """A secret of user `_a` and the database that it opens."""
    setting = Setting(load("rotation"), DataApiServer(postgres), new_name())
    fields = {"username": f"{setting.database}_a", "password": "first", "host": "db.local", "port": 5432}
    setting.vault.put(SECRET, fields)
    setting.vault.passwords_to_come = [letter * 60 for letter in "xyz"]
    answers: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
        "rds-data": setting.api.respond,
        "secretsmanager": setting.vault.respond,
        "ecs": setting.update_service,
    }
    for module in (load("database"), setting.module):
        monkeypatch.setattr(
            module, "patient_client", lambda service, **_: answered_client(service, answers[service])
        )
    environment = {
        "CLUSTER_ARN": CLUSTER,
        "MASTER_SECRET_ARN": MASTER_SECRET,
        "DATABASE_NAME": setting.database,
        "ECS_CLUSTER": "chat",
        "ECS_SERVICE": "open-webui",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    properties = {
        "ClusterArn": CLUSTER,
        "MasterSecretArn": MASTER_SECRET,
        "ApplicationSecretArn": SECRET,
        "DatabaseName": setting.database,
        "Extensions": [],
    }
    answer = cloudformation.send(load("database").handler, cloudformation.event("Create", **properties))
    assert answer["Status"] == "SUCCESS"
    return setting


def test_the_users_take_turns_and_share_what_they_make(setting: Setting) -> None:
    before = setting.vault.value(SECRET)
    with setting.log_in() as session:
        session.execute("CREATE TABLE note (words text)")
    setting.rotate(V2)
    after = setting.vault.value(SECRET)
    assert after == before | {"username": f"{setting.database}_b", "password": "x" * 48}
    with setting.log_in() as session:
        session.execute("ALTER TABLE note ADD COLUMN author text")
        session.execute("CREATE TABLE letter (words text)")
    setting.rotate(V3)
    assert setting.vault.value(SECRET)["username"] == f"{setting.database}_a"
    with setting.log_in() as session:
        session.execute("DROP TABLE letter")
        session.execute("DROP TABLE note")


def test_a_login_that_was_shut_is_opened_when_its_turn_comes(setting: Setting) -> None:
    with setting.api.postgres.connect("cluster_admin", "master") as session:
        session.execute(f"CREATE ROLE {setting.database}_b NOLOGIN".encode())
    setting.rotate(V2)
    with setting.log_in() as session:
        assert session.execute("SELECT current_user").fetchone() == (setting.database,)


def test_running_tasks_keep_their_sessions_and_can_open_new_ones(setting: Setting) -> None:
    first = setting.vault.value(SECRET)
    with setting.log_in(first) as session:
        setting.rotate(V2)
        assert session.execute("SELECT 1").fetchone() == (1,)
        with setting.log_in(first) as another:
            assert another.execute("SELECT 1").fetchone() == (1,)


def test_an_old_password_ends_with_the_next_rotation_but_not_its_sessions(setting: Setting) -> None:
    first = setting.vault.value(SECRET)
    with setting.log_in(first) as session:
        setting.rotate(V2)
        setting.rotate(V3)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            setting.log_in(first)
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_each_step_may_be_repeated(setting: Setting) -> None:
    setting.begin(V2)
    for step in STEPS[:3]:
        for _ in range(3):
            setting.step(step, V2)
    assert setting.vault.value(SECRET, "AWSPENDING")["password"] == "x" * 48
    assert setting.vault.value(SECRET)["username"] == f"{setting.database}_a"
    setting.step("finishSecret", V2)
    assert setting.vault.value(SECRET)["username"] == f"{setting.database}_b"
    assert setting.deployments == [{"cluster": "chat", "service": "open-webui", "forceNewDeployment": True}]


def test_a_repeated_finish_starts_the_deployment_that_the_first_could_not(setting: Setting) -> None:
    setting.service_failures_to_come = 1
    with pytest.raises(Exception, match="AccessDeniedException"):
        setting.rotate(V2)
    assert setting.vault.value(SECRET)["username"] == f"{setting.database}_b"
    assert not setting.deployments
    for step in STEPS:
        setting.step(step, V2)
    assert len(setting.deployments) == 1
    assert setting.vault.passwords_to_come[0].startswith("y"), "the steps before the last began anew"


def test_the_current_users_password_is_never_touched(setting: Setting) -> None:
    current = setting.vault.value(SECRET)
    setting.vault.put(SECRET, current | {"password": "other"}, version=V2, stage="AWSPENDING")
    with pytest.raises(Exception, match=r"has the current user .* rotate again"):
        setting.step("setSecret", V2)
    with setting.log_in(current):
        pass


def test_the_test_step_finds_a_user_that_was_never_set(setting: Setting) -> None:
    setting.begin(V2)
    setting.step("createSecret", V2)
    with pytest.raises(Exception, match=r"cannot act as .* in the database; rotate the secret again"):
        setting.step("testSecret", V2)


@pytest.mark.parametrize("damage", ["NOLOGIN", "RESET ROLE"])
def test_the_test_step_finds_a_damaged_user(setting: Setting, damage: str) -> None:
    setting.begin(V2)
    setting.step("createSecret", V2)
    setting.step("setSecret", V2)
    setting.step("testSecret", V2)
    with setting.api.postgres.connect("postgres") as session:
        session.execute(f"ALTER ROLE {setting.database}_b {damage}".encode())
    with pytest.raises(Exception, match="cannot act as"):
        setting.step("testSecret", V2)


def test_a_secret_of_another_users_name_begins_with_a(setting: Setting) -> None:
    setting.vault.put(SECRET, {"username": "somebody", "password": "first"})
    setting.rotate(V2)
    assert setting.vault.value(SECRET)["username"] == f"{setting.database}_a"


def test_a_version_that_is_not_pending_is_refused(setting: Setting) -> None:
    with pytest.raises(Exception, match=r"version 9+ of .* is not pending; start a rotation"):
        setting.step("createSecret", V9)


def test_an_unknown_step_is_refused(setting: Setting) -> None:
    setting.begin(V2)
    with pytest.raises(Exception, match="step 'dance' is unknown"):
        setting.step("dance", V2)


def test_no_password_is_logged_or_in_a_statement(setting: Setting, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="rotation")
    setting.rotate(V2)
    assert "step finishSecret of version 2" in caplog.text
    assert "x" * 48 not in caplog.text + "".join(setting.api.statements)
