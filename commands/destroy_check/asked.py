"""Read-only questions to an account: an answer, "not there", or why there was none."""

import re
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from commands.destroy_check.model import NotChecked
from commands.preflight.account import refuse_writes
from commands.preflight.unanswered import Unanswered, refused, unreached

ABSENT = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExistent|^404$")
NAMES = {"resourcegroupstaggingapi": "tag"}
"""IAM's name of a service where boto3's is another and `commands.preflight` has no use for it."""
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=4, read_timeout=20)


class NotThereError(Exception):
    """The account does not have it."""


class Account:
    """Clients of one account and region, and what they could not read."""

    def __init__(self, session: boto3.Session, *, region: str) -> None:
        self.region = region
        self.not_checked: set[NotChecked] = set()
        self._session = session
        self._clients: dict[tuple[str, str], Any] = {}
        session.events.register("before-call", refuse_writes)

    def client(self, service: str, *, region: str = "") -> Any:
        """One client per service and region, made when it is first asked for."""
        key = (service, region or self.region)
        if key not in self._clients:
            made = self._session.client(service, region_name=key[1], config=CONFIG)  # type: ignore[call-overload] # its overloads want a literal
            self._clients[key] = made
        return self._clients[key]

    def ask(self, service: str, operation: str, *, region: str = "", **arguments: Any) -> Any:
        """All pages of the answer.

        Raises:
            NotThereError: What is asked about does not exist.
            Unanswered: No permission, no such service here, or no answer.
        """
        client = self.client(service, region=region)
        try:
            if client.can_paginate(operation):
                return client.get_paginator(operation).paginate(**arguments).build_full_result()
            return getattr(client, operation)(**arguments)
        except ClientError as error:
            if _is_absent(error):
                raise NotThereError(str(error)) from None
            raise refused(error, NAMES.get(service, service), region or self.region) from None
        except BotoCoreError as error:
            raise unreached(error, service, region or self.region) from None

    def skip(self, what: str, error: Unanswered) -> None:
        """Remember what could not be read."""
        self.not_checked.add(NotChecked(what, error.needs or str(error)))


def _is_absent(error: ClientError) -> bool:
    answer = error.response.get("Error", {})
    code, message = answer.get("Code", ""), answer.get("Message", "")
    return bool(ABSENT.search(code)) or (code == "ValidationError" and "does not exist" in message)
