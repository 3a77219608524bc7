"""Looks whether a name is taken."""

from collections.abc import Callable
from typing import Any

from commands.account.reading import Account
from commands.account.unanswered import Unanswered

Look = Callable[[Account, str], str | None]
"""What is there under the name; nothing where it is free."""


def user_pool_domain(account: Account, name: str) -> str | None:
    answer = account.read("cognito-idp", "describe_user_pool_domain", Domain=name)
    there = answer.get("DomainDescription") or {}
    if not there.get("UserPoolId"):
        return None
    owner = there.get("AWSAccountId") or account.id
    return f"of user pool {there['UserPoolId']}" + (f" of account {owner}" if owner != account.id else "")


def secret(account: Account, name: str) -> str | None:
    found = account.read(
        "secretsmanager", "describe_secret", missing=("ResourceNotFoundException",), SecretId=name
    )
    if found is None:
        return None
    if "DeletedDate" in found:
        return f"waits for its deletion ({found['DeletedDate']:%Y-%m-%d}), and the name is taken until then"
    return "exists"


def bucket(account: Account, name: str) -> str | None:
    try:
        there = account.read("s3", "head_bucket", missing=("404", "NoSuchBucket"), Bucket=name)
    except Unanswered as error:
        if not error.needs:
            raise
        return "exists, and belongs to somebody else"
    return None if there is None else "exists in this account"


def listed(service: str, operation: str, key: str, property_: str, **arguments: Any) -> Look:
    """A look through a list."""

    def look(account: Account, name: str) -> str | None:
        found = account.each(service, operation, key, **arguments)
        return "exists" if any(each.get(property_) == name for each in found) else None

    return look


def asked(service: str, operation: str, argument: str, *missing: str) -> Look:
    """A look for one of that name."""

    def look(account: Account, name: str) -> str | None:
        return (
            None
            if account.read(service, operation, missing=missing, **{argument: name}) is None
            else "exists"
        )

    return look


def log_group(account: Account, name: str) -> str | None:
    found = account.each("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name)
    return "exists" if any(each["logGroupName"] == name for each in found) else None


def topic(account: Account, name: str) -> str | None:
    found = account.each("sns", "list_topics", "Topics")
    return "exists" if any(each["TopicArn"].rpartition(":")[2] == name for each in found) else None


def parameter(account: Account, name: str) -> str | None:
    by_name = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    found = account.each("ssm", "describe_parameters", "Parameters", ParameterFilters=by_name)
    return "exists" if found else None
