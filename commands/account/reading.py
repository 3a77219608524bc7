"""The account that is looked at: every call goes through here, and only calls that read are let through."""

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from commands.account.unanswered import refused, unreached

READS = re.compile(r"^(Get|List|Describe|Head)[A-Z]")
HOMES = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
}
"""Where a partition keeps what is not regional."""
CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=4,
    read_timeout=20,
    max_pool_connections=32,
)


class NotRead(AssertionError):
    """Somebody asked for something that changes the account."""


def refuse_writes(model: OperationModel, **_: Any) -> None:
    """Ends a call that is no reading one before it is sent."""
    if not READS.match(model.name):
        raise NotRead(f"{model.service_model.service_name} {model.name} does not only read")


@dataclass
class Account:
    """Credentials of one account, and the region that is looked at."""

    session: boto3.Session
    region: str
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: Any = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.session.events.register("before-call", refuse_writes)

    @cached_property
    def partition(self) -> str:
        """`aws`, `aws-cn` …"""
        return self.session.get_partition_for_region(self.region)

    @property
    def home(self) -> str:
        """The region of what is not regional."""
        return HOMES.get(self.partition, self.region)

    @cached_property
    def identity(self) -> Any:
        """Account and ARN of the caller."""
        return self.read("sts", "get_caller_identity", region=self.home)

    @property
    def id(self) -> str:
        """The account's number."""
        return str(self.identity["Account"])

    @cached_property
    def zones(self) -> list[dict[str, Any]]:
        """The region's availability zones, without local ones, in the order of their names."""
        found = self.each(
            "ec2",
            "describe_availability_zones",
            "AvailabilityZones",
            Filters=[{"Name": "region-name", "Values": [self.region]}],
        )
        usual = (each for each in found if each.get("ZoneType", "availability-zone") == "availability-zone")
        return sorted(usual, key=lambda zone: str(zone["ZoneName"]))

    def client(self, service: str, region: str | None = None) -> Any:
        """A client; made once, since making one is what takes time."""
        key = (service, region or self.region)
        with self._lock:  # a session makes no two clients at once
            if key not in self._clients:
                self._clients[key] = self.session.client(service, region_name=key[1], config=CONFIG)  # type: ignore[call-overload] # its overloads want a literal
            return self._clients[key]

    def read(
        self,
        service: str,
        operation: str,
        *,
        region: str | None = None,
        missing: tuple[str, ...] = (),
        **arguments: Any,
    ) -> Any:
        """The answer to one call; nothing when AWS says with one of the `missing` codes that it is not there.

        Raises:
            NotThere: It is not there, and the code is none of `missing`.
            Unanswered: There was no answer; it says why.
        """
        where = region or self.region
        try:
            return getattr(self.client(service, region), operation)(**arguments)
        except ClientError as error:
            if str(error.response.get("Error", {}).get("Code")) in missing:
                return None
            raise refused(error, service, where) from None
        except BotoCoreError as error:
            raise unreached(error, service, where) from None

    def each(
        self,
        service: str,
        operation: str,
        key: str,
        *,
        region: str | None = None,
        missing: tuple[str, ...] = (),
        **arguments: Any,
    ) -> list[Any]:
        """Everything under `key` of all pages of the answer; nothing for a `missing` code.

        Raises:
            NotThere: It is not there, and the code is none of `missing`.
            Unanswered: There was no answer; it says why.
        """
        where = region or self.region
        try:
            client = self.client(service, region)
            if not client.can_paginate(operation):
                whole: Any = self.read(service, operation, region=region, missing=missing, **arguments) or {}
                for step in key.split("."):
                    whole = (whole or {}).get(step)
                return list(whole or [])
            pages = client.get_paginator(operation).paginate(**arguments)
            return [each for each in pages.search(f"{key}[]") if each is not None]
        except ClientError as error:
            if str(error.response.get("Error", {}).get("Code")) in missing:
                return []
            raise refused(error, service, where) from None
        except BotoCoreError as error:
            raise unreached(error, service, where) from None


def usual_region(session: boto3.Session) -> str | None:
    """The environment's region, as the AWS CLI reads it: boto3 leaves AWS_REGION out."""
    return os.environ.get("AWS_REGION") or session.region_name
