"""A cluster's PostgreSQL as its clients meet it: TLS, loss and recovery."""

import select
import shutil
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from tests.commands.local.emulated import Emulated, Template

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stores")]
SSL_REQUEST, GSS_REQUEST = struct.pack("!ii", 8, 80877103), struct.pack("!ii", 8, 80877104)
USER, PASSWORD, NAME = "master", "a password of the tests", "chat"
INSTANCE = {
    "Type": "AWS::RDS::DBInstance",
    "Properties": {
        "Engine": "aurora-postgresql",
        "DBInstanceClass": "db.serverless",
        "DBClusterIdentifier": {"Ref": "Cluster"},
    },
}
TEMPLATE: Template = {
    "Resources": {
        "Cluster": {
            "Type": "AWS::RDS::DBCluster",
            "Properties": {
                "Engine": "aurora-postgresql",
                "EngineVersion": "18.1",
                "MasterUsername": USER,
                "MasterUserPassword": PASSWORD,
                "DatabaseName": NAME,
                "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 1},
            },
        },
        "Writer": INSTANCE,
        "Reader": {**INSTANCE, "DependsOn": "Writer"},
    },
    "Outputs": {
        "Cluster": {"Value": {"Ref": "Cluster"}},
        "Writer": {"Value": {"Ref": "Writer"}},
        "Host": {"Value": {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}},
        "Port": {"Value": {"Fn::GetAtt": ["Cluster", "Endpoint.Port"]}},
    },
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The cluster under test."""

    emulated: Emulated
    name: str
    writer: str
    host: str
    port: int

    @property
    def authority(self) -> Path:
        return self.emulated.place.authority

    def connect(self, **options: Any) -> "psycopg.Connection[Any]":
        known: dict[str, Any] = {"host": self.host, "port": self.port, "dbname": NAME, "user": USER}
        return psycopg.connect(**known, password=PASSWORD, autocommit=True, **options)

    def verified(self) -> "psycopg.Connection[Any]":
        """A connection as Open WebUI makes it."""
        return self.connect(sslmode="verify-full", sslrootcert=str(self.authority))

    def server(self) -> psutil.Process:
        children = psutil.Process(self.emulated.server.pid).children()
        return next(child for child in children if child.name() == "postgres")

    def await_answer(self) -> "psycopg.Connection[Any]":
        deadline = time.monotonic() + 10
        while True:
            try:
                return self.verified()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "the cluster does not come back"
                time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(emulated: Emulated) -> Iterator[Cluster]:
    assert emulated.deploy("databases", TEMPLATE) == "CREATE_COMPLETE", emulated.failures("databases")
    told = emulated.outputs("databases")
    yield Cluster(
        emulated=emulated,
        name=told["Cluster"],
        writer=told["Writer"],
        host=told["Host"],
        port=int(told["Port"]),
    )
    emulated.delete("databases")


def test_verify_full_holds_with_the_authority(cluster: Cluster) -> None:
    with cluster.verified() as connection:
        assert connection.pgconn.ssl_in_use
        assert connection.execute("SELECT current_user").fetchone() == (USER,)


def test_another_name_is_refused(cluster: Cluster) -> None:
    elsewhere = replace(cluster, host="elsewhere.localhost")
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        elsewhere.connect(sslmode="verify-full", sslrootcert=str(cluster.authority), hostaddr="127.0.0.1")


def test_another_authority_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    another = tmp_path / "rds.pem"
    shutil.copy(next(Path("assets/certificates/rds").glob("*")), another)
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        cluster.connect(sslmode="verify-full", sslrootcert=str(another))


def test_a_connection_that_asks_for_no_tls_passes(cluster: Cluster) -> None:
    with cluster.connect(sslmode="disable") as connection:
        assert not connection.pgconn.ssl_in_use
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_large_answer_arrives_whole(cluster: Cluster) -> None:
    with cluster.verified() as connection:
        (text,) = connection.execute("SELECT repeat('x', 20000000)").fetchone() or ("",)
    assert len(text) == 20_000_000


def test_many_connect_at_once(cluster: Cluster) -> None:
    def ask(number: int) -> Any:
        with cluster.verified() as connection:
            return connection.execute("SELECT %s::int FROM pg_sleep(0.2)", [number]).fetchone()

    with ThreadPoolExecutor(60) as pool:
        assert [*pool.map(ask, range(60))] == [(number,) for number in range(60)]


@pytest.mark.parametrize("cancel", ["cancel", "cancel_safe"], ids=["plain", "with TLS"])
def test_a_statement_is_cancelled(cluster: Cluster, cancel: str) -> None:
    with cluster.verified() as connection:
        threading.Timer(0.2, getattr(connection, cancel)).start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(10)")


def test_who_speaks_no_more_still_hears_the_answer(cluster: Cluster) -> None:
    with socket.create_connection((cluster.host, cluster.port)) as client:
        client.sendall(_startup())
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b"R"  # it asks for a password
        _read_to_end(client)


def test_gss_is_declined_and_tls_follows(cluster: Cluster) -> None:
    context = ssl.create_default_context(cafile=str(cluster.authority))
    with socket.create_connection((cluster.host, cluster.port)) as client:
        client.sendall(GSS_REQUEST)
        assert client.recv(1) == b"N"
        client.sendall(SSL_REQUEST[:3])
        time.sleep(0.05)
        client.sendall(SSL_REQUEST[3:])
        assert client.recv(1) == b"S"
        with context.wrap_socket(client, server_hostname=cluster.host) as encrypted:
            encrypted.sendall(_startup())
            assert encrypted.recv(1) == b"R"


def test_what_is_no_tls_after_the_question_ends_the_connection_alone(cluster: Cluster) -> None:
    with socket.create_connection((cluster.host, cluster.port)) as client:
        client.sendall(SSL_REQUEST)
        assert client.recv(1) == b"S"
        client.sendall(b"\0" * 64)
        _read_to_end(client)
    cluster.verified().close()


def test_a_killed_server_is_lost_to_its_clients_and_comes_back_with_its_data(cluster: Cluster) -> None:
    connection = cluster.verified()
    connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
    cluster.server().kill()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(10)")
    begun = time.monotonic()
    with cluster.await_answer() as again:
        assert again.execute("SELECT word FROM kept").fetchone() == ("still here",)
    assert time.monotonic() - begun < 5


def test_a_stopped_cluster_is_gone_until_it_is_started(cluster: Cluster) -> None:
    rds = cluster.emulated.client("rds")
    rds.stop_db_cluster(DBClusterIdentifier=cluster.name)
    with pytest.raises(psycopg.OperationalError):
        cluster.verified()
    rds.start_db_cluster(DBClusterIdentifier=cluster.name)
    cluster.verified().close()


@pytest.mark.parametrize("act", ["reboot", "failover"])
def test_the_writers_clients_connect_again(cluster: Cluster, act: str) -> None:
    rds, connection = cluster.emulated.client("rds"), cluster.verified()
    if act == "reboot":
        rds.reboot_db_instance(DBInstanceIdentifier=cluster.writer)
    else:
        rds.failover_db_cluster(DBClusterIdentifier=cluster.name)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    cluster.verified().close()


def _startup() -> bytes:
    words = b"".join(word.encode() + b"\0" for word in ("user", USER, "database", NAME)) + b"\0"
    return struct.pack("!ii", 8 + len(words), 196608) + words


def _read_to_end(client: socket.socket) -> None:
    """Read until the other side ends; fails when it does not."""
    while select.select([client], [], [], 5)[0]:
        try:
            if not client.recv(4096):
                return
        except ConnectionResetError:
            return
    pytest.fail("the connection stays open")
