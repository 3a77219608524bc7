"""`Custom::Database`: an application's database, owner, login role and extensions in an Aurora cluster.

Create and Update do the same, each statement only where it is needed, so that both may run any number of
times; Create alone also shuts the login role that the secret does not name. Nothing is ever dropped: a
database that is no longer asked for stays until a person removes it.
"""

import re

from answer import Answer, Refused, Request, answers
from data_api import DataApi
from patience import patient_client
from roles import (
    MAINTENANCE_DATABASE,
    ensure_login,
    ensure_owner,
    identifier,
    literal,
    shut_other_login,
)
from secret import read_credentials

# The owner's name plus the `_a` and `_b` of its login roles must fit into 63 characters.
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
EXTENSION_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@answers()
def handler(request: Request) -> Answer:
    """Make what is missing; the answer names the roles."""
    properties = request.properties
    cluster_arn, database = properties.text("ClusterArn"), properties.text("DatabaseName")
    if not DATABASE_NAME.fullmatch(database):
        raise Refused(
            f"property DatabaseName must match {DATABASE_NAME.pattern}, got {database[:80]!r}; "
            f"take lower-case letters, digits and underscores"
        )
    extensions = [_extension(name) for name in properties.texts("Extensions")]
    credentials = read_credentials(
        patient_client("secretsmanager", seconds_left=request.seconds_left),
        secret_id=properties.text("ApplicationSecretArn"),
    )
    api = DataApi(
        client=patient_client("rds-data", seconds_left=request.seconds_left),
        cluster_arn=cluster_arn,
        master_secret_arn=properties.text("MasterSecretArn"),
    )
    ensure_owner(api, owner=database)
    _ensure_database(api, database=database)
    ensure_login(api, login=credentials.username, password=credentials.password, owner=database)
    if request.request_type == "Create":
        # A restored cluster brings the other login with a password of then. Later it is a rotation's own.
        shut_other_login(api, login=credentials.username, owner=database)
    for extension in extensions:
        # The owner may not: CREATE EXTENSION vector takes the master user.
        api.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}", database=database)
    return Answer(
        physical_resource_id=f"{cluster_arn.rpartition(':')[2]}/{database}",
        data={"DatabaseName": database, "OwnerRole": database, "LoginRole": credentials.username},
    )


def _ensure_database(api: DataApi, *, database: str) -> None:
    quoted, name = identifier(database, what="database"), literal(database)
    api.ensure(
        unless=f"SELECT 1 FROM pg_database WHERE datname = {name}",  # noqa: S608 (quoted by literal)
        then=f"CREATE DATABASE {quoted} OWNER {quoted}",
        database=MAINTENANCE_DATABASE,
    )
    api.ensure(
        unless=(
            "SELECT 1 FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba "  # noqa: S608 (as above)
            f"WHERE datname = {name} AND rolname = {name}"
        ),
        then=f"ALTER DATABASE {quoted} OWNER TO {quoted}",
        database=MAINTENANCE_DATABASE,
    )
    api.execute(f"REVOKE CONNECT ON DATABASE {quoted} FROM PUBLIC", database=MAINTENANCE_DATABASE)


def _extension(name: str) -> str:
    if not EXTENSION_NAME.fullmatch(name):
        raise Refused(
            f"property Extensions must hold names that match {EXTENSION_NAME.pattern}, got {name[:80]!r}; "
            f"take the extension's name as in pg_available_extensions"
        )
    return f'"{name}"'
