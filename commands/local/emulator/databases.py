"""Aurora: what ministack's cluster lacks is a database, the RDS-managed secret and its attribute.

Clients reach the cluster's PostgreSQL through a port that ends TLS, so that `sslmode=verify-full` holds as in Aurora.
All instances are that one server: stopping and starting the cluster stops and starts it, on its data and at its port;
a failover, or a reboot of the writer, ends every connection and starts it again. One that is killed comes back.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import rds
from ministack.services.cloudformation import provisioners

from commands.local.emulator import postgres
from commands.local.emulator.own_client import own_client
from commands.local.emulator.tls_front import Front, open_front

CLUSTER, INSTANCE = "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
ENGINE = "aurora-postgresql"
BACKED_BY_POSTGRESQL = "pergola-postgresql"
"""What ministack takes for the id of a container: a cluster with one is no stub."""
BLOCKING = frozenset({CLUSTER, INSTANCE})

Made = tuple[str, dict[str, str]]
Answer = tuple[int, dict[str, str], bytes]
Request = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Database:
    """What stands behind a cluster."""

    server: postgres.Server
    front: Front

    def stop(self) -> None:
        """End the server; data and port stay."""
        self.server.program.stop()

    def start(self) -> None:
        """Start the server again and wait until it answers."""
        self.server.program.start()
        self.server.await_answer()

    def restart(self) -> None:
        """End every connection and start again."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End it all and delete the data."""
        self.front.close()
        self.server.remove()


_databases: dict[str, Database] = {}


def install(state: Path) -> None:
    """Give each PostgreSQL cluster a server below `state`."""
    cluster, instance = provisioners._RESOURCE_HANDLERS[CLUSTER], provisioners._RESOURCE_HANDLERS[INSTANCE]
    cluster["create"] = partial(_create_cluster, cluster["create"], state)
    cluster["update"] = partial(_update_cluster, cluster["update"])
    cluster["delete"] = partial(_delete_cluster, cluster["delete"])
    instance["create"] = partial(_create_instance, instance["create"])
    instance["update"] = partial(_update_instance, instance["update"])
    for name, act in (
        ("StopDBCluster", Database.stop),
        ("StartDBCluster", Database.start),
        ("FailoverDBCluster", Database.restart),
    ):
        rds._ACTION_MAP[name] = partial(_act, rds._ACTION_MAP[name], _of_cluster, act)
    reboot = rds._ACTION_MAP["RebootDBInstance"]
    rds._ACTION_MAP["RebootDBInstance"] = partial(_act, reboot, _of_writer, Database.restart)


def _act(
    native: Callable[[Request], Answer],
    concerned: Callable[[Request], Database | None],
    act: Callable[[Database], None],
    request: Request,
) -> Answer:
    answer = native(request)
    if answer[0] == 200 and (database := concerned(request)):
        act(database)
    return answer


def _of_cluster(request: Request) -> Database | None:
    cluster = rds._resolve_cluster_in_request_region(rds._p(request, "DBClusterIdentifier"))
    return _databases.get(cluster["DBClusterArn"]) if cluster else None


def _of_writer(request: Request) -> Database | None:
    """The database of a cluster whose writer the request names; a reader has no server of its own to end."""
    name = rds._p(request, "DBInstanceIdentifier")
    for cluster in rds._clusters.values():
        for member in cluster.get("DBClusterMembers", []):
            if member["DBInstanceIdentifier"] == name and member.get("IsClusterWriter"):
                return _databases.get(cluster["DBClusterArn"])
    return None


def _create_cluster(
    native: Any, state: Path, logical_id: str, properties: dict[str, Any], stack: str
) -> Made:
    given = dict(properties)
    if properties.get("ManageMasterUserPassword"):
        given["MasterUserPassword"] = secrets.token_urlsafe(24)
    cluster_id, attributes = native(logical_id, given, stack)
    cluster = rds._clusters[cluster_id]
    if properties.get("Engine") != ENGINE:
        return cluster_id, attributes
    password = cluster["_MasterUserPassword"]
    server = postgres.start(
        state / "databases" / f"{cluster_id}-{new_uuid()[:8]}",
        engine_version=str(properties.get("EngineVersion", "")),
    )
    database = _databases[cluster["DBClusterArn"]] = Database(server=server, front=open_front(server.port))
    server.add_master(
        name=cluster["MasterUsername"], password=password, database=properties.get("DatabaseName") or None
    )
    endpoint = {"Address": "localhost", "Port": database.front.port}
    cluster.update(
        Endpoint="localhost",
        ReaderEndpoint="localhost",
        Port=database.front.port,
        _shared_endpoint=endpoint,
        _shared_container_id=BACKED_BY_POSTGRESQL,
    )
    if properties.get("ManageMasterUserPassword"):
        cluster["MasterUserSecret"] = _secret(cluster, password, properties.get("MasterUserSecret") or {})
    return cluster_id, {**attributes, **_attributes(cluster)}


def _update_cluster(
    native: Any,
    physical_id: str,
    old: dict[str, Any],
    new: dict[str, Any],
    stack: str,
    logical_id: str | None = None,
) -> Made:
    before = dict(rds._clusters[physical_id])
    cluster_id, attributes = native(physical_id, old, new, stack, logical_id)
    cluster = rds._clusters[cluster_id]
    cluster["Port"] = before["Port"]
    return cluster_id, {**attributes, **_attributes(cluster)}


def _delete_cluster(native: Any, physical_id: str, properties: dict[str, Any]) -> None:
    cluster = rds._clusters.get(physical_id)
    if cluster is None:
        return
    if cluster.get("DeletionProtection"):
        raise ValueError(
            f"Cannot delete protected Cluster {physical_id}, please disable deletion protection and try again. "
            "(Service: Rds, Status Code: 400)"
        )
    secret = cluster.get("MasterUserSecret")
    if secret:
        own_client("secretsmanager").delete_secret(
            SecretId=secret["SecretArn"], ForceDeleteWithoutRecovery=True
        )
    database = _databases.pop(cluster["DBClusterArn"], None)
    if database:
        database.remove()
    native(physical_id, properties)


def _create_instance(native: Any, logical_id: str, properties: dict[str, Any], stack: str) -> Made:
    instance_id, attributes = native(logical_id, properties, stack)
    cluster = rds._clusters.get(properties.get("DBClusterIdentifier") or "") or {}
    # ministack's template type makes each a writer; in AWS the first one is.
    for place, member in enumerate(cluster.get("DBClusterMembers", [])):
        if member["DBInstanceIdentifier"] == instance_id:
            member["IsClusterWriter"] = place == 0
    return instance_id, {**attributes, **_join(instance_id, properties)}


def _update_instance(
    native: Any,
    physical_id: str,
    old: dict[str, Any],
    new: dict[str, Any],
    stack: str,
    logical_id: str | None = None,
) -> Made:
    instance_id, attributes = native(physical_id, old, new, stack, logical_id)
    return instance_id, {**attributes, **_join(instance_id, new)}


def _join(instance_id: str, properties: dict[str, Any]) -> dict[str, str]:
    """An instance of a cluster answers where the cluster does."""
    cluster = rds._clusters.get(properties.get("DBClusterIdentifier") or "")
    if not cluster or "_shared_endpoint" not in cluster:
        return {}
    instance = rds._instances[instance_id]
    instance["Endpoint"] = {**instance["Endpoint"], **cluster["_shared_endpoint"]}
    instance["_docker_container_id"] = BACKED_BY_POSTGRESQL
    return {
        "Endpoint.Address": instance["Endpoint"]["Address"],
        "Endpoint.Port": str(instance["Endpoint"]["Port"]),
    }


def _secret(cluster: dict[str, Any], password: str, wanted: dict[str, Any]) -> dict[str, str]:
    key = {"KmsKeyId": wanted["KmsKeyId"]} if "KmsKeyId" in wanted else {}
    made = own_client("secretsmanager").create_secret(
        Name=f"rds!cluster-{new_uuid()}",
        Description=f"Secret associated with primary RDS DB cluster: {cluster['DBClusterArn']}",
        SecretString=json.dumps({"username": cluster["MasterUsername"], "password": password}),
        **key,
    )
    return {"SecretArn": made["ARN"], "SecretStatus": "active", **key}


def _attributes(cluster: dict[str, Any]) -> dict[str, str]:
    secret = cluster.get("MasterUserSecret")
    return {
        "Endpoint.Address": cluster["Endpoint"],
        "Endpoint.Port": str(cluster["Port"]),
        "ReadEndpoint.Address": cluster["ReaderEndpoint"],
        **({"MasterUserSecret.SecretArn": secret["SecretArn"]} if secret else {}),
    }
