"""SQL over the RDS Data API: no connection, no driver, no place in the VPC."""

import re
from dataclasses import dataclass
from typing import Any

from answer import Refused
from botocore.exceptions import ClientError

SQLSTATE = re.compile(r"SQLState: ?(\w{5})")


class SqlError(Refused):
    """A statement that the database refused."""


@dataclass(frozen=True, kw_only=True)
class DataApi:
    """Runs single statements as the master user of one cluster, each in its own transaction."""

    client: Any
    cluster_arn: str
    master_secret_arn: str

    def execute(self, sql: str, *, database: str, confidential: bool = False) -> bool:
        """Run one statement; True when it gave a row. `confidential`: no error repeats the statement."""
        try:
            result = self.client.execute_statement(
                resourceArn=self.cluster_arn,
                secretArn=self.master_secret_arn,
                database=database,
                sql=sql,
                # What changes the database must not stop half-way at the Data API's limit of 45 s.
                continueAfterTimeout=True,
            )
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if code not in ("DatabaseErrorException", "BadRequestException"):
                raise
            if confidential:
                state = SQLSTATE.search(message)
                raise SqlError(
                    f"the database refused a role's password, SQLState {state[1] if state else 'unknown'}; "
                    f"check that the master user may alter the role"
                ) from None
            raise SqlError(f"database {database} refused {sql!r}: {message}") from error
        return bool(result.get("records"))

    def ensure(self, *, unless: str, then: str, database: str) -> None:
        """Run `then` unless the query `unless` gives a row; safe against a second runner."""
        if self.execute(unless, database=database):
            return
        try:
            self.execute(then, database=database)
        except SqlError:
            if not self.execute(unless, database=database):
                raise
