"""An account whose answers are written beforehand."""

from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from botocore.stub import Stubber

from commands.account.reading import Account

Answer = Mapping[str, Any] | str
"""What comes back; as text the code of an error, after a colon its message."""
REGION = "us-east-1"
SESSION = boto3.Session("none", "none", region_name=REGION)
"""One for all: it keeps the API models that it has read."""


def scripted(answers: Mapping[tuple[str, str], list[Answer]]) -> Account:
    """Service and operation → answers, in the order written; any other call fails the test."""
    return in_order((*call, answer) for call, given in answers.items() for answer in given)


def in_order(answers: Iterable[tuple[str, str, Answer]]) -> Account:
    """Service, operation and answer of each call."""
    account = Account(SESSION, REGION)
    stubs: dict[str, Stubber] = {}
    for service, operation, answer in answers:
        stub = stubs.setdefault(service, Stubber(account.client(service)))
        if isinstance(answer, str):
            code, _, message = answer.partition(": ")
            stub.add_client_error(operation, code, message)
        else:
            stub.add_response(operation, dict(answer))
    for stub in stubs.values():
        stub.activate()
    return account
