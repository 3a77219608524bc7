"""Secrets Manager rotation with alternating users: `<database>_a` and `<database>_b` take turns.

Running tasks keep the user that they started with: its password stays valid until the next rotation. Only
tasks that start later read the new version, so the last step starts a new deployment of the service. The
password itself cannot be tried over the Data API, which logs in with a secret's current version alone; the
first task of that deployment tries it.
"""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from answer import LambdaContext, Refused
from data_api import DataApi
from patience import patient_client
from roles import MAINTENANCE_DATABASE, ensure_login, literal, other_login
from secret import Credentials, read_credentials

LOG = logging.getLogger(__name__)
LOG.setLevel(logging.INFO)

PASSWORD_LENGTH = 48
SECONDS_KEPT = 5.0


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """One rotation of one secret: the version that is being made, and what it takes."""

    secret_id: str
    version: str
    database: str
    secrets: Any
    api: DataApi
    ecs: Any

    def create_secret(self) -> None:
        """Store the other user with a new password as the pending version, unless an earlier attempt did."""
        try:
            self._pending()
            return
        except self.secrets.exceptions.ResourceNotFoundException:
            current = self._current()
        password = self.secrets.get_random_password(PasswordLength=PASSWORD_LENGTH, ExcludePunctuation=True)
        fields = current.fields | {
            "username": other_login(current.username, owner=self.database),
            "password": password["RandomPassword"],
        }
        self.secrets.put_secret_value(
            SecretId=self.secret_id,
            ClientRequestToken=self.version,
            SecretString=json.dumps(fields),
            VersionStages=["AWSPENDING"],
        )

    def set_secret(self) -> None:
        """Give the pending user its password in the database."""
        pending = self._pending()
        if pending.username == self._current().username:
            raise Refused(
                f"the pending version of {self.secret_id} has the current user {pending.username!r}, whose "
                f"password running tasks need; remove the stage AWSPENDING from version {self.version} "
                f"and rotate again"
            )
        ensure_login(self.api, login=pending.username, password=pending.password, owner=self.database)

    def test_secret(self) -> None:
        """Check that the pending user can log in and acts as the owner of the database."""
        username, owner = self._pending().username, self.database
        ready = self.api.execute(
            f"SELECT 1 FROM pg_roles WHERE rolname = {literal(username)} AND rolcanlogin "  # noqa: S608 (literal)
            f"AND pg_has_role(rolname, {literal(owner)}, {literal('MEMBER')}) "
            f"AND {literal(f'role={owner}')} = ANY (rolconfig) "
            f"AND has_database_privilege(rolname, {literal(owner)}, {literal('CONNECT')})",
            database=MAINTENANCE_DATABASE,
        )
        if not ready:
            raise Refused(
                f"user {username!r} cannot act as {owner!r} in the database; rotate the secret again"
            )

    def finish_secret(self, *, cluster: str, service: str, holder: str | None) -> None:
        """Make the pending version current, then start the service's tasks anew so that they read it."""
        if holder != self.version:
            moved = {"RemoveFromVersionId": holder} if holder else {}
            self.secrets.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage="AWSCURRENT", MoveToVersionId=self.version, **moved
            )
        # Also when the version is current already: an earlier attempt may have ended between the two calls.
        self.ecs.update_service(cluster=cluster, service=service, forceNewDeployment=True)

    def _current(self) -> Credentials:
        return read_credentials(self.secrets, secret_id=self.secret_id, VersionStage="AWSCURRENT")

    def _pending(self) -> Credentials:
        return read_credentials(
            self.secrets, secret_id=self.secret_id, VersionId=self.version, VersionStage="AWSPENDING"
        )


def handler(event: Mapping[str, str], context: LambdaContext) -> None:
    """Run one of the four steps; Secrets Manager repeats a step that raises."""
    secret_id, version, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    LOG.info("step %s of version %s", step, version)

    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000 - SECONDS_KEPT

    secrets = patient_client("secretsmanager", seconds_left=seconds_left)
    stages: dict[str, list[str]] = secrets.describe_secret(SecretId=secret_id).get("VersionIdsToStages", {})
    if "AWSPENDING" not in stages.get(version, []) and "AWSCURRENT" not in stages.get(version, []):
        raise Refused(
            f"version {version} of {secret_id} is not pending; "
            f"start a rotation instead of calling the function"
        )
    holder = next((name for name, held in stages.items() if "AWSCURRENT" in held), None)
    if holder == version and step != "finishSecret":
        return
    rotation = Rotation(
        secret_id=secret_id,
        version=version,
        database=os.environ["DATABASE_NAME"],
        secrets=secrets,
        api=DataApi(
            client=patient_client("rds-data", seconds_left=seconds_left),
            cluster_arn=os.environ["CLUSTER_ARN"],
            master_secret_arn=os.environ["MASTER_SECRET_ARN"],
        ),
        ecs=patient_client("ecs", seconds_left=seconds_left),
    )
    match step:
        case "createSecret":
            rotation.create_secret()
        case "setSecret":
            rotation.set_secret()
        case "testSecret":
            rotation.test_secret()
        case "finishSecret":
            rotation.finish_secret(
                cluster=os.environ["ECS_CLUSTER"], service=os.environ["ECS_SERVICE"], holder=holder
            )
        case _:
            raise Refused(f"step {step!r} is unknown; Secrets Manager has four")
