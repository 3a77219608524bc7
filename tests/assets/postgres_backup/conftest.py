"""A database with people in it, and the volumes of a job."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assets.postgres import MASTER, MEMORY, PostgresServer, new_name
from tests.assets.postgres_backup.scripts import Scripts

FILLED = """
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL);
INSERT INTO people (name) SELECT 'person ' || n FROM generate_series(1, 500) n;
CREATE SCHEMA "odd Schema";
CREATE TABLE "odd Schema"."jobs; of 'all'" (body text);
INSERT INTO "odd Schema"."jobs; of 'all'" VALUES ('one'), ('two');
"""


def database(postgres: PostgresServer, sql: str = "") -> str:
    """A new database of the master user."""
    name = new_name()
    with postgres.connect(MASTER, "master") as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    if sql:
        with postgres.connect(MASTER, "master", database=name) as connection:
            connection.execute(sql.encode())
    return name


@pytest.fixture
def scripts(postgres: PostgresServer) -> Iterator[Scripts]:
    """A job for a filled database, with a folder as store."""
    folder = Path(tempfile.mkdtemp(prefix="backup-", dir=MEMORY if MEMORY.is_dir() else None))
    work, store = folder / "work", folder / "store"
    owner = os.stat(postgres.socket_folder)
    for each in (folder, work, store):
        each.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            os.chown(each, owner.st_uid, owner.st_gid)
    yield Scripts(postgres, work, str(store), database(postgres, FILLED))
    shutil.rmtree(folder)
