"""Runs in Open WebUI's image before the application: one task migrates, two versions never meet.

Open WebUI's migrations take no lock and it does not support two versions at once. So this container takes an
advisory lock, waits until no session of another version is left, refuses a schema that its image does not
know, and migrates if there is anything to migrate. Exit 0 lets the application start (with
ENABLE_DB_MIGRATIONS=false); otherwise ECS stops the task and tries again.
"""

import ast
import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path

import psycopg
from psycopg import conninfo

LOCK_KEY = 7_353_724_190_826  # any number will do, as long as every version has the same
PREFIX = "open-webui/"
MAXIMUM_NAME = 63  # PostgreSQL cuts the rest off, and a task would wait for its own sessions
OTHER_VERSIONS = (
    "SELECT DISTINCT application_name FROM pg_stat_activity "
    "WHERE datname = current_database() AND starts_with(application_name, %s) AND application_name <> %s"
)


class StopError(Exception):
    """Why the application must not start now."""


def log(level: str, message: str) -> None:
    """One line in the form of Open WebUI's own JSON logs."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    sys.stdout.write(json.dumps({"ts": now, "level": level, "msg": message, "caller": "prepare"}) + "\n")
    sys.stdout.flush()


def listed(names: Iterable[str]) -> str:
    """Names in one order."""
    return ", ".join(sorted(names))


def write_certificate() -> None:
    """Put the RDS root certificate, which no image has, where libpq looks for it."""
    if pem := os.environ.get("RDS_CA_PEM"):
        path = Path(os.environ["PGSSLROOTCERT"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pem if pem.endswith("\n") else pem + "\n")


def connect(ours: str, deadline: float) -> psycopg.Connection:
    """A session of its own name, so that tasks that wait do not wait for one another."""
    variables = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    target = conninfo.make_conninfo(
        **{option: os.environ[f"DATABASE_{name}"] for option, name in variables.items()},
        application_name=f"prepare:{ours}",
        connect_timeout=15,
    )
    while True:
        try:
            return psycopg.connect(target, autocommit=True)
        except psycopg.OperationalError as error:
            # A paused Aurora needs half a minute to resume; a refusal stays one.
            refused = "FATAL" in str(error) and "starting up" not in str(error)
            if refused or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def image_revisions() -> tuple[set[str], set[str]]:
    """All revisions of the image's migrations, and the newest, read without running any of them."""
    # The image keeps the package in its working directory, which is on sys.path only for `python -c`.
    spec = PathFinder.find_spec("open_webui", [os.getcwd(), *sys.path])
    if spec is None or not spec.submodule_search_locations:
        raise StopError(f"no open_webui package in {os.getcwd()}; run this in an Open WebUI image")
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in (Path(spec.submodule_search_locations[0]) / "migrations" / "versions").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
                if name in found:
                    value = ast.literal_eval(node.value)
                    found[name].update([value] if isinstance(value, str) else value or [])
    return found["revision"], found["revision"] - found["down_revision"]


def schema_revisions(connection: psycopg.Connection) -> set[str]:
    """The revisions that the database is at; none: a new database."""
    if connection.execute("SELECT to_regclass('alembic_version') IS NULL").fetchone() == (True,):
        return set()
    return {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}


def wait_for_other_versions(connection: psycopg.Connection, ours: str, deadline: float) -> None:
    """Return when no session of another version is left; ECS stops old tasks before it starts new ones."""
    told = False
    while names := [row[0] for row in connection.execute(OTHER_VERSIONS, (PREFIX, ours))]:
        if time.monotonic() > deadline:
            raise StopError(f"{listed(names)} still uses the database; stop its tasks, {ours} starts then")
        if not told:
            log("info", f"waiting for {listed(names)} to leave the database")
            told = True
        time.sleep(0.5)


def take_lock(connection: psycopg.Connection, deadline: float) -> None:
    """Let one task at a time go on; the lock ends with the session, even if the task is killed."""
    seconds = max(1, int(deadline - time.monotonic()))
    connection.execute(f"SET lock_timeout = '{seconds}s'")
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
    except psycopg.errors.LockNotAvailable:
        raise StopError(f"another task still prepares the database after {seconds} s; see its log") from None


def migrate(connection: psycopg.Connection, version: str) -> int:
    """Bring the schema to the image's newest revision; 0 when it is there."""
    known, newest = image_revisions()
    current = schema_revisions(connection)
    if unknown := current - known:
        raise StopError(
            f"database schema {listed(unknown)} is newer than Open WebUI {version} knows; "
            f"deploy the newer image again or restore the snapshot; see docs/open-webui.md#roll-back"
        )
    if current == newest:
        log("info", f"schema is at {listed(newest)}, nothing to migrate")
        return 0
    log("info", f"migrating from {listed(current) or 'an empty database'} to {listed(newest)}")
    environment = {**os.environ, "ENABLE_DB_MIGRATIONS": "true"}
    run = subprocess.run([sys.executable, "-c", "import open_webui.config"], env=environment, check=False)
    return run.returncode


def main() -> int:
    """Lock, wait, check, migrate; the exit code for ECS."""
    # Less than the container's startTimeout, with which ECS ends it without a word.
    deadline = time.monotonic() + float(os.environ.get("WAIT_SECONDS", "90"))
    try:
        ours = os.environ["PGAPPNAME"][:MAXIMUM_NAME]
        write_certificate()
        with connect(ours, deadline) as connection:
            take_lock(connection, deadline)
            # Under the lock: another version may come and migrate while this task waits for it.
            wait_for_other_versions(connection, ours, deadline)
            code = migrate(connection, ours.removeprefix(PREFIX))
    except Exception as error:
        kind = "" if isinstance(error, StopError) else f"{type(error).__name__}: "
        log("error", kind + " ".join(str(error).split()))
        return 1
    if code:
        log("error", f"migration failed with exit code {code}; see the lines above")
    else:
        log("info", f"the database is ready for {ours}")
    return code


if __name__ == "__main__":
    sys.exit(main())
