"""Real boto3 clients whose requests botocore validates and these functions answer, instead of AWS."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import psycopg
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from tests.assets.postgres import MASTER, PostgresServer

FIRST_VERSION = "1" * 32
Respond = Callable[[str, dict[str, Any]], dict[str, Any]]


@cache
def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")


class AwsError(Exception):
    """An error that the service answers with."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.answer = {"Error": {"Code": code, "Message": message}}


def answered_client(service: str, respond: Respond) -> Any:
    """A client of `service`; `respond` takes the operation and its parameters."""
    client = _session().client(service)  # type: ignore[call-overload]
    seen: dict[str, Any] = {}

    def remember(params: dict[str, Any], **_: object) -> None:
        seen["params"] = params

    def answer(model: Any, **_: object) -> tuple[AWSResponse, dict[str, Any]]:
        try:
            status, parsed = 200, respond(model.name, seen["params"])
        except AwsError as error:
            status, parsed = 400, error.answer
        parsed["ResponseMetadata"] = {"HTTPStatusCode": status}
        return AWSResponse("http://aws", status, HTTPHeaders(), None), parsed

    client.meta.events.register("before-parameter-build", remember)
    client.meta.events.register("before-call", answer)
    return client


@dataclass
class Vault:
    """Secrets Manager with the versions and stages of some secrets."""

    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    stages: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    passwords_to_come: list[str] = field(default_factory=list)

    def put(
        self,
        name: str,
        value: str | dict[str, Any],
        *,
        version: str = FIRST_VERSION,
        stage: str = "AWSCURRENT",
    ) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self.secrets.setdefault(name, {})[version] = text
        self.stages.setdefault(name, {}).setdefault(version, set())
        self._move(name, stage, version)

    def value(self, name: str, stage: str = "AWSCURRENT") -> dict[str, Any]:
        """The secret's fields at a stage."""
        fields: dict[str, Any] = json.loads(self.secrets[name][self._at(name, stage)])
        return fields

    def respond(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        name = params.get("SecretId", "")
        match operation:
            case "GetRandomPassword":
                assert params["ExcludePunctuation"] is True
                return {"RandomPassword": self.passwords_to_come.pop(0)[: params["PasswordLength"]]}
            case "DescribeSecret":
                return {
                    "VersionIdsToStages": {
                        version: sorted(held) for version, held in self.stages[name].items()
                    }
                }
            case "GetSecretValue":
                return {"SecretString": self.secrets[name][self._version(name, params)]}
            case "PutSecretValue":
                version = params["ClientRequestToken"]
                self.put(name, params["SecretString"], version=version, stage=params["VersionStages"][0])
                return {}
            case "UpdateSecretVersionStage":
                holder = self._at(name, params["VersionStage"])
                assert params["MoveToVersionId"] != holder == params.get("RemoveFromVersionId")
                self._move(name, params["VersionStage"], params["MoveToVersionId"])
                return {}
        raise AssertionError(f"nobody asked for {operation}")

    def _version(self, name: str, params: dict[str, Any]) -> str:
        stage = params.get("VersionStage", "AWSCURRENT")
        version = params.get("VersionId") or self._at(name, stage)
        if version not in self.secrets.get(name, {}) or stage not in self.stages[name][version]:
            raise AwsError(
                "ResourceNotFoundException", "Secrets Manager can't find the specified secret value"
            )
        return str(version)

    def _at(self, name: str, stage: str) -> str:
        return next((version for version, held in self.stages.get(name, {}).items() if stage in held), "")

    def _move(self, name: str, stage: str, version: str) -> None:
        for held in self.stages[name].values():
            held.discard(stage)
        self.stages[name][version].add(stage)


@dataclass
class DataApiServer:
    """The Data API of a cluster: runs each statement in the real PostgreSQL as the cluster's master user."""

    postgres: PostgresServer
    master: str = MASTER
    statements: list[str] = field(default_factory=list)

    def respond(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert operation == "ExecuteStatement"
        assert params["continueAfterTimeout"], "the Data API would stop the statement after 45 s"
        sql = params["sql"]
        self.statements.append(sql)
        # A colon before a word is a parameter to the Data API, unless it parses quotes well: never rely on it.
        assert not re.search(r":\w", sql), sql
        try:
            with self.postgres.connect(self.master, "master", database=params["database"]) as connection:
                # Prepared, the server takes one statement only, as the Data API does.
                cursor = connection.execute(sql.encode(), prepare=True)
                rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise AwsError("DatabaseErrorException", f"ERROR: {error}; SQLState: {error.sqlstate}") from None
        return {"records": [[{"longValue": value} for value in row] for row in rows]}
