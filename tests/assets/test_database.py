"""Custom::Database against a real PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assets.aws import DataApiServer, Vault, answered_client
from tests.assets.conftest import CloudFormation, Load
from tests.assets.postgres import MASTER, SUPERUSER, PostgresServer, new_name

pytestmark = pytest.mark.slow

CLUSTER = "arn:aws:rds:eu-central-1:111122223333:cluster:storage-1"
ODD_PASSWORD = "a'b\"c\\d:e$1%s @/#?{}[]~"


@dataclass
class Setting:
    """The handler with a cluster, a vault and an application's name of its own."""

    module: ModuleType
    cloudformation: CloudFormation
    api: DataApiServer
    vault: Vault
    database: str

    def properties(self, **changes: object) -> dict[str, Any]:
        return {
            "ClusterArn": CLUSTER,
            "MasterSecretArn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:master",
            "ApplicationSecretArn": "application",
            "DatabaseName": self.database,
            "Extensions": [],
            **changes,
        }

    def run(self, request_type: str, **changes: object) -> dict[str, Any]:
        event = self.cloudformation.event(request_type, **self.properties(**changes))
        return self.cloudformation.send(self.module.handler, event)

    def log_in(self, password: str = ODD_PASSWORD, *, suffix: str = "a") -> psycopg.Connection:
        return self.api.postgres.connect(f"{self.database}_{suffix}", password, database=self.database)


Make = Callable[..., Setting]


@pytest.fixture
def make(
    load: Load, cloudformation: CloudFormation, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> Make:
    """The handler beside a PostgreSQL whose master user is as given."""
    module = load("database")

    def make_setting(*, master: str = MASTER) -> Setting:
        setting = Setting(module, cloudformation, DataApiServer(postgres, master=master), Vault(), new_name())
        setting.vault.put("application", {"username": f"{setting.database}_a", "password": ODD_PASSWORD})
        answers = {"rds-data": setting.api.respond, "secretsmanager": setting.vault.respond}
        monkeypatch.setattr(
            module, "patient_client", lambda service, **_: answered_client(service, answers[service])
        )
        return setting

    return make_setting


@pytest.mark.parametrize("master", [MASTER, SUPERUSER])
def test_the_application_logs_in_and_owns_its_database(make: Make, master: str) -> None:
    setting = make(master=master)
    answer = setting.run("Create")
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", f"storage-1/{setting.database}")
    assert answer["Data"] == {
        "DatabaseName": setting.database,
        "OwnerRole": setting.database,
        "LoginRole": f"{setting.database}_a",
    }
    with setting.log_in() as session:
        assert session.execute("SELECT current_user, session_user").fetchone() == (
            setting.database,
            f"{setting.database}_a",
        )
        session.execute("CREATE TABLE note (words text)")
        assert session.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'note'").fetchone() == (
            setting.database,
        )
    owners = setting.api.postgres.rows(
        "SELECT rolname, rolcanlogin FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba "
        f"WHERE datname = '{setting.database}'"
    )
    assert owners == [(setting.database, False)]


def test_a_wrong_password_does_not_log_in(make: Make) -> None:
    setting = make()
    setting.run("Create")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        setting.log_in("wrong")


def test_running_it_again_changes_nothing_and_keeps_the_data(make: Make) -> None:
    setting = make()
    setting.run("Create")
    with setting.log_in() as session:
        session.execute("CREATE TABLE note AS SELECT 'kept' AS words")
    for request_type in ("Create", "Update", "Update"):
        answer = setting.run(request_type)
        assert (answer["Status"], answer["PhysicalResourceId"]) == (
            "SUCCESS",
            f"storage-1/{setting.database}",
        )
    with setting.log_in() as session:
        assert session.execute("SELECT words FROM note").fetchall() == [("kept",)]


def test_an_update_gives_the_user_the_secrets_present_password(make: Make) -> None:
    setting = make()
    setting.run("Create")
    setting.vault.put("application", {"username": f"{setting.database}_a", "password": "another"})
    setting.run("Update")
    with setting.log_in("another"), pytest.raises(psycopg.OperationalError):
        setting.log_in()


def test_the_other_login_that_a_restored_cluster_brings_is_shut(make: Make, postgres: PostgresServer) -> None:
    setting = make()
    with postgres.connect(MASTER, "master") as session:
        session.execute(f"CREATE ROLE {setting.database}_b LOGIN PASSWORD 'of then'".encode())
    assert setting.run("Create")["Status"] == "SUCCESS"
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        setting.log_in("of then", suffix="b")
    with setting.log_in():
        pass


def test_an_update_leaves_the_other_login_to_its_rotation(make: Make, postgres: PostgresServer) -> None:
    setting = make()
    setting.run("Create")
    with postgres.connect(MASTER, "master") as session:
        session.execute(f"CREATE ROLE {setting.database}_b LOGIN PASSWORD 'pending'".encode())
        session.execute(f"GRANT {setting.database} TO {setting.database}_b".encode())
    assert setting.run("Update")["Status"] == "SUCCESS"
    with setting.log_in("pending", suffix="b"):
        pass


def test_deleting_drops_nothing_and_asks_nobody(make: Make) -> None:
    setting = make()
    setting.run("Create")
    setting.api.statements.clear()
    answer = setting.run("Delete")
    assert (answer["Status"], answer["PhysicalResourceId"], setting.api.statements) == (
        "SUCCESS",
        "thing-1",
        [],
    )
    with setting.log_in() as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_others_may_not_connect_to_the_database(make: Make) -> None:
    one, other = make(), make()
    one.run("Create")
    answer = other.run("Create")
    assert answer["Status"] == "SUCCESS"
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        one.api.postgres.connect(f"{other.database}_a", ODD_PASSWORD, database=one.database)


def test_the_master_makes_extensions_that_the_owner_may_not(make: Make) -> None:
    setting = make(master=SUPERUSER)
    setting.run("Create")
    with setting.log_in() as session:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("CREATE EXTENSION vector")
        for _ in range(2):
            assert setting.run("Update", Extensions=["vector"])["Status"] == "SUCCESS"
        assert session.execute("SELECT '[1,2]'::vector <-> '[1,2]'").fetchone() == (0.0,)


def test_a_database_of_the_master_passes_to_the_owner(make: Make, postgres: PostgresServer) -> None:
    setting = make()
    with postgres.connect(MASTER, "master") as session:
        session.execute(f"CREATE DATABASE {setting.database}".encode())
    assert setting.run("Create")["Status"] == "SUCCESS"
    with setting.log_in() as session:
        session.execute("CREATE TABLE note ()")


def test_no_password_is_in_a_statement_or_an_answer(make: Make) -> None:
    setting = make()
    setting.vault.put("application", {"username": f"{setting.database}_a", "password": "Sesame1"})
    setting.run("Create")
    assert any("PASSWORD" in statement for statement in setting.api.statements)
    assert "Sesame1" not in "".join(setting.api.statements) + str(setting.cloudformation.answers)


def test_a_refused_password_is_told_without_its_verifier(make: Make, postgres: PostgresServer) -> None:
    setting = make()
    with postgres.connect(SUPERUSER) as session:
        session.execute(f"CREATE ROLE {setting.database}_a".encode())
    answer = setting.run("Create")
    assert answer["Status"] == "FAILED"
    assert "refused a role's password, SQLState 42501" in answer["Reason"]
    assert "SCRAM" not in answer["Reason"]


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("no json", "secret application is no JSON object; store an object with username and password in it"),
        ('["x"]', "secret application is no JSON object"),
        ({"username": "x"}, "secret application has no password"),
        ({"username": "", "password": "hidden"}, "secret application has no username"),
        ({"username": "somebody_else", "password": "hidden"}, "user name 'somebody_else' is none of"),
        ({"username": "{db}", "password": "hidden"}, "put '{db}_a' into the application's secret"),
        ({"username": "{db}_a", "password": "hiddén"}, "not printable ASCII; put a new one into its secret"),
        ({"username": "{db}_a", "password": "hidd\ten"}, "not printable ASCII"),
    ],
)
def test_a_wrong_secret_is_told_without_its_value(make: Make, secret: object, reason: str) -> None:
    setting = make()
    if isinstance(secret, dict):
        secret = {key: value.replace("{db}", setting.database) for key, value in secret.items()}
    setting.vault.put("application", secret)  # type: ignore[arg-type]
    answer = setting.run("Create")
    assert answer["Status"] == "FAILED"
    assert reason.replace("{db}", setting.database) in answer["Reason"]
    assert "hidd" not in answer["Reason"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"DatabaseName": None},
            "property DatabaseName must be text, got nothing; set DatabaseName on the Custom::Thing",
        ),
        (
            {"DatabaseName": "Open-WebUI"},
            "property DatabaseName must match [a-z][a-z0-9_]{0,60}, got 'Open-WebUI'",
        ),
        ({"DatabaseName": 'x"; DROP DATABASE y; --'}, "property DatabaseName must match"),
        ({"DatabaseName": "x" * 62}, "property DatabaseName must match"),
        ({"DatabaseName": "postgres"}, "'postgres' is no usable name"),
        ({"DatabaseName": "rdsadmin"}, "'rdsadmin' is no usable name"),
        ({"DatabaseName": MASTER}, f"role '{MASTER}' is the cluster's master user; choose another name"),
        ({"Extensions": "vector"}, "property Extensions must be a list of texts, got 'vector'"),
        ({"Extensions": ['vector"; DROP TABLE x; --']}, "property Extensions must hold names that match"),
        ({"ClusterArn": ""}, "property ClusterArn must be text, got ''"),
        ({"MasterSecretArn": {"a": 1}}, "property MasterSecretArn must be text, got {'a': 1}"),
    ],
)
def test_a_wrong_property_is_told(make: Make, changes: dict[str, object], reason: str) -> None:
    setting = make()
    answer = setting.run("Create", **changes)
    assert answer["Status"] == "FAILED"
    assert reason in answer["Reason"]
    assert not [statement for statement in setting.api.statements if not statement.startswith("SELECT")]


def test_an_unknown_extension_is_told_with_the_databases_words(make: Make) -> None:
    answer = make().run("Create", Extensions=["teleport"])
    assert answer["Status"] == "FAILED"
    assert 'extension "teleport" is not available' in answer["Reason"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_literals_mean_what_they_were_made_from(load: Load, postgres: PostgresServer, text: str) -> None:
    ((value,),) = postgres.rows(f"SELECT {load('roles').literal(text)}")
    assert value == text
