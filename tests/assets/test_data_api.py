"""Statements over the Data API, with answers that a real PostgreSQL gives only by chance."""

from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.assets.aws import AwsError, answered_client
from tests.assets.conftest import Load

TAKEN = AwsError("DatabaseErrorException", 'ERROR: role "chat" already exists; SQLState: 42710')
ROW: dict[str, Any] = {"records": [[{"longValue": 1}]]}
NO_ROW: dict[str, Any] = {"records": []}


@pytest.fixture
def module(load: Load) -> ModuleType:
    return load("data_api")


def api(module: ModuleType, *answers: dict[str, Any] | AwsError) -> Any:
    """A Data API that gives these answers, in this order."""
    left = list(answers)

    def respond(_operation: str, _params: dict[str, Any]) -> dict[str, Any]:
        answer = left.pop(0)
        if isinstance(answer, AwsError):
            raise answer
        return dict(answer)

    return module.DataApi(
        client=answered_client("rds-data", respond),
        cluster_arn="arn:aws:rds:eu-central-1:111122223333:cluster:storage-1",
        master_secret_arn="arn:aws:secretsmanager:eu-central-1:111122223333:secret:master",
    )


def ensure(api: Any) -> None:
    api.ensure(unless="SELECT 1", then="CREATE ROLE chat", database="postgres")


def test_what_is_there_is_not_made_again(module: ModuleType) -> None:
    ensure(api(module, ROW))


def test_a_second_runner_that_was_faster_is_no_error(module: ModuleType) -> None:
    ensure(api(module, NO_ROW, TAKEN, ROW))


def test_what_cannot_be_made_is_told(module: ModuleType) -> None:
    with pytest.raises(module.SqlError, match="database postgres refused 'CREATE ROLE chat': ERROR: role"):
        ensure(api(module, NO_ROW, TAKEN, NO_ROW))


def test_an_error_of_the_service_is_none_of_the_databases(module: ModuleType) -> None:
    with pytest.raises(ClientError, match="StatementTimeoutException"):
        api(module, AwsError("StatementTimeoutException", "too slow")).execute(
            "SELECT 1", database="postgres"
        )
