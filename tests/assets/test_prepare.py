"""The container that prepares the database, run as ECS runs it, beside a real PostgreSQL and a small Open WebUI."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.assets.postgres import SUPERUSER, PostgresServer, new_name

pytestmark = pytest.mark.slow

SCRIPT = (Path(__file__).parents[2] / "assets" / "ecs" / "prepare.py").read_text()
ODD_PASSWORD = "a'b\"c\\d:e$1%s @/#?{}[]~"

CONFIG = """
import os, time, psycopg
assert os.environ["ENABLE_DB_MIGRATIONS"] == "true", "migrations are off"
if os.environ.get("BREAK"):
    raise SystemExit(7)
connection = psycopg.connect(
    host=os.environ["DATABASE_HOST"], user=os.environ["DATABASE_USER"],
    password=os.environ["DATABASE_PASSWORD"], dbname=os.environ["DATABASE_NAME"], autocommit=True)
connection.execute("CREATE TABLE IF NOT EXISTS migration_run (session text)")
connection.execute("INSERT INTO migration_run SELECT current_setting('application_name')")
time.sleep(0.3)
with connection.transaction():
    connection.execute("DROP TABLE IF EXISTS alembic_version")
    connection.execute("CREATE TABLE alembic_version AS SELECT {head!r} AS version_num")
"""


@dataclass
class Task:
    """A task with Open WebUI's image and a database."""

    postgres: PostgresServer
    folder: Path
    database: str = field(default_factory=new_name)
    version: str = "0.12.4"

    def build_image(self, *revisions: str) -> None:
        """A package whose migrations are these, oldest first, and whose config migrates to the last."""
        versions = self.folder / "open_webui" / "migrations" / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        (self.folder / "open_webui" / "__init__.py").write_text("")
        (self.folder / "open_webui" / "config.py").write_text(CONFIG.format(head=revisions[-1]))
        for before, revision in zip((None, *revisions), revisions, strict=False):
            annotation = ": str" if before else ""
            (versions / f"{revision}_x.py").write_text(
                f"raise SystemExit('a migration was imported')\nrevision{annotation} = {revision!r}\n"
                f"down_revision: str | None = {before!r}\nbranch_labels = None\n"
            )

    def start(self, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONDONTWRITEBYTECODE": "1",
                "PGAPPNAME": f"open-webui/{self.version}",
                "ENABLE_DB_MIGRATIONS": "false",
                "DATABASE_HOST": self.postgres.socket_folder,
                "DATABASE_PORT": "5432",
                "DATABASE_USER": self.database,
                "DATABASE_PASSWORD": ODD_PASSWORD,
                "DATABASE_NAME": self.database,
                "WAIT_SECONDS": "10",
                **environment,
            },
        )

    def run(self, **environment: str) -> tuple[int, list[dict[str, str]]]:
        """The exit code and the log."""
        return finish(self.start(**environment))

    def session(self, name: str) -> psycopg.Connection:
        return self.postgres.connect(self.database, ODD_PASSWORD, database=self.database, name=name)

    def wait_for_lock(self, state: str) -> None:
        """Until somebody has the lock, or wants it."""
        deadline = time.monotonic() + 10
        while not self.postgres.rows(f"SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND {state}"):
            assert time.monotonic() < deadline, f"no lock is {state}"
            time.sleep(0.05)

    def migrations(self) -> Sequence[tuple[object, ...]]:
        return self.postgres.rows("SELECT session FROM migration_run", database=self.database)


def finish(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, str]]]:
    output, _ = process.communicate(timeout=30)
    assert "a'b" not in output, "the password was printed"
    return process.returncode, [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def task(postgres: PostgresServer, tmp_path: Path) -> Task:
    """A task of a version with two migrations and an empty database."""
    task = Task(postgres, tmp_path)
    task.build_image("aaa111", "bbb222")
    with postgres.connect(SUPERUSER) as session:
        session.execute(
            psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                psycopg.sql.Identifier(task.database), psycopg.sql.Literal(ODD_PASSWORD)
            )
        )
        session.execute(f"CREATE DATABASE {task.database} OWNER {task.database}".encode())
    return task


def test_an_empty_database_is_migrated(task: Task) -> None:
    code, log = task.run()
    assert code == 0
    assert task.migrations() == [("open-webui/0.12.4",)]
    assert [entry["msg"] for entry in log] == [
        "migrating from an empty database to bbb222",
        "the database is ready for open-webui/0.12.4",
    ]
    assert {(entry["level"], entry["caller"]) for entry in log} == {("info", "prepare")}


def test_a_schema_of_this_version_is_left_alone(task: Task) -> None:
    task.run()
    code, log = task.run()
    assert (code, len(task.migrations())) == (0, 1)
    assert log[0]["msg"] == "schema is at bbb222, nothing to migrate"


def test_an_older_schema_is_migrated(task: Task) -> None:
    task.run()
    task.build_image("aaa111", "bbb222", "ccc333")
    code, log = task.run()
    assert (code, log[0]["msg"]) == (0, "migrating from bbb222 to ccc333")
    assert len(task.migrations()) == 2


def test_of_two_tasks_at_once_one_migrates(task: Task) -> None:
    processes = [task.start(), task.start()]
    results = [finish(process) for process in processes]
    assert [code for code, _ in results] == [0, 0]
    assert len(task.migrations()) == 1


def test_a_newer_schema_is_refused_in_one_line(task: Task) -> None:
    task.build_image("aaa111", "bbb222", "ccc333")
    task.run()
    (task.folder / "open_webui" / "migrations" / "versions" / "ccc333_x.py").unlink()
    code, (entry,) = task.run()
    assert code == 1
    assert entry["level"] == "error"
    assert entry["msg"] == (
        "database schema ccc333 is newer than Open WebUI 0.12.4 knows; "
        "deploy the newer image again or restore the snapshot; see docs/open-webui.md#roll-back"
    )
    assert len(task.migrations()) == 1


def test_it_waits_until_the_other_version_has_left(task: Task) -> None:
    with task.session("open-webui/0.11.0"):
        process = task.start()
        time.sleep(1)
        assert process.poll() is None
        assert ("prepare:open-webui/0.12.4",) in task.postgres.rows(
            "SELECT application_name FROM pg_stat_activity"
        )
        assert not task.postgres.rows(
            "SELECT 1 FROM pg_tables WHERE tablename = 'migration_run'", database=task.database
        )
    code, log = finish(process)
    assert (code, log[0]["msg"]) == (0, "waiting for open-webui/0.11.0 to leave the database")
    assert len(task.migrations()) == 1


def test_a_version_that_does_not_leave_is_named(task: Task) -> None:
    with task.session("open-webui/0.11.0"):
        code, log = task.run(WAIT_SECONDS="1")
    assert code == 1
    assert log[-1]["level"] == "error"
    assert log[-1]["msg"].startswith("open-webui/0.11.0 still uses the database; stop its tasks")


@pytest.mark.parametrize("name", ["open-webui/0.12.4", "psql", "prepare:open-webui/0.11.0"])
def test_nobody_else_is_waited_for(task: Task, name: str) -> None:
    with task.session(name):
        code, log = task.run(WAIT_SECONDS="2")
    assert (code, log[0]["msg"]) == (0, "migrating from an empty database to bbb222")


def test_a_long_version_does_not_wait_for_itself(task: Task) -> None:
    task.version = "v0.12.4-" + "x" * 60
    with task.session(f"open-webui/{task.version}"):
        assert task.run(WAIT_SECONDS="1")[0] == 0


def test_another_databases_sessions_do_not_matter(task: Task) -> None:
    with task.postgres.connect(SUPERUSER, name="open-webui/0.11.0"):
        assert task.run(WAIT_SECONDS="2")[0] == 0


def test_a_task_that_migrates_for_too_long_is_told_of(task: Task) -> None:
    lock = next(line for line in SCRIPT.splitlines() if line.startswith("LOCK_KEY")).split()[2]
    with task.session("psql") as session:
        session.execute(f"SELECT pg_advisory_lock({lock})".encode())
        code, (entry,) = task.run(WAIT_SECONDS="1")
    assert (code, entry["level"]) == (1, "error")
    assert entry["msg"].startswith("another task still prepares the database after 1 s")


def test_a_version_that_came_while_it_waited_for_the_lock_is_waited_for(task: Task) -> None:
    lock = next(line for line in SCRIPT.splitlines() if line.startswith("LOCK_KEY")).split()[2]
    with task.session("psql") as holder:
        holder.execute(f"SELECT pg_advisory_lock({lock})".encode())
        process = task.start(WAIT_SECONDS="2")
        task.wait_for_lock("NOT granted")
        other = task.session("open-webui/0.13.0")
    with other:
        code, log = finish(process)
    assert code == 1
    assert log[-1]["msg"].startswith("open-webui/0.13.0 still uses the database")


def test_a_failing_migration_gives_its_exit_code_and_frees_the_lock(task: Task) -> None:
    code, log = task.run(BREAK="1")
    assert (code, log[-1]["level"], log[-1]["msg"]) == (
        7,
        "error",
        "migration failed with exit code 7; see the lines above",
    )
    assert task.run()[0] == 0


def test_a_killed_task_frees_the_lock(task: Task) -> None:
    process = task.start()
    task.wait_for_lock("granted")
    process.kill()
    process.communicate()
    assert task.run()[0] == 0


def test_the_root_certificate_is_written_where_libpq_looks(task: Task) -> None:
    path = task.folder / "new" / "rds.pem"
    assert task.run(RDS_CA_PEM="-----BEGIN-----\nx", PGSSLROOTCERT=str(path))[0] == 0
    assert path.read_text() == "-----BEGIN-----\nx\n"


def test_a_wrong_password_is_told_at_once(task: Task) -> None:
    started = time.monotonic()
    code, (entry,) = task.run(DATABASE_PASSWORD="wrong")
    assert time.monotonic() - started < 5
    assert code == 1
    assert "password authentication failed" in entry["msg"]


def test_a_database_that_does_not_answer_yet_is_tried_again(task: Task) -> None:
    folder = task.folder / "later"
    process = task.start(DATABASE_HOST=str(folder))
    time.sleep(0.8)
    assert process.poll() is None
    folder.symlink_to(task.postgres.socket_folder)
    assert finish(process)[0] == 0


def test_a_database_that_never_answers_is_told_of(task: Task) -> None:
    code, (entry,) = task.run(DATABASE_HOST="/nowhere", WAIT_SECONDS="0")
    assert (code, entry["level"]) == (1, "error")
    assert "/nowhere" in entry["msg"]


def test_an_image_without_open_webui_is_told_of(task: Task) -> None:
    (task.folder / "open_webui").rename(task.folder / "something")
    code, (entry,) = task.run()
    assert code == 1
    assert entry["msg"].endswith("run this in an Open WebUI image")


def test_a_missing_variable_is_named(task: Task) -> None:
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env={}, check=False
    )
    assert process.returncode == 1
    assert "PGAPPNAME" in json.loads(process.stdout)["msg"]


def test_it_fits_into_a_task_definition() -> None:
    assert len(SCRIPT.encode()) < 10_000
