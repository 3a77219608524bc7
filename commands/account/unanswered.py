"""Why AWS gave no answer, in one line: a missing permission, a region without the service, a network."""

import re
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    EndpointConnectionError,
    HTTPClientError,
)

DENIED = re.compile(r"AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|^Forbidden$|^403$")
STALE = re.compile(
    r"ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch"
    r"|InvalidSignature|AuthFailure|InvalidAccessKeyId|InvalidToken|IncompleteSignature"
)
THROTTLED = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|RateExceeded")
ABSENT = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExistent|^404$")
UNKNOWN = re.compile(
    r"InvalidAction|UnknownOperation|UnsupportedOperation|NotImplemented|UnknownService|^(404|405|501)$"
)
NAMED = re.compile(r"perform:? ([a-z0-9-]+:\w+)")
PREFIXES = {
    "cloudwatch": "cloudwatch",
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "sesv2": "ses",
}
"""IAM's prefix of the actions where it is not boto3's name of the service."""
ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "servicequotas:GetAwsDefaultServiceQuota": "servicequotas:GetAWSDefaultServiceQuota",
}
"""Actions whose name is not the operation's."""


class Unanswered(Exception):
    """A call that told nothing; `needs` is the permission that was missing, empty where none was."""

    def __init__(self, said: str, *, remedy: str = "", needs: str = "") -> None:
        super().__init__(said)
        self.remedy = remedy
        self.needs = needs

    @property
    def told(self) -> str:
        """What it says, and what to do where something can be done."""
        return f"{self}; {self.remedy}" if self.remedy else str(self)


class Unreached(Unanswered):
    """The call got to nobody, or nobody answered."""


class NotThere(Unanswered):
    """AWS says that what is asked about does not exist."""


def action(service: str, operation: str) -> str:
    """The IAM action of an API operation, given with its name in the API (`DescribeVpcs`)."""
    named = f"{PREFIXES.get(service, service)}:{operation}"
    return ACTIONS.get(named, named)


def refused(error: ClientError, service: str, region: str) -> Unanswered:
    """What an error of AWS means."""
    answer: Any = error.response.get("Error", {})
    code, message = str(answer.get("Code", "")), " ".join(str(answer.get("Message", "")).split())
    status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    operation = error.operation_name
    if DENIED.search(code):
        named = NAMED.search(message)
        needs = named.group(1) if named else action(service, operation)
        return Unanswered(f"needs {needs}", needs=needs)
    if STALE.search(code):
        remedy = "sign in again; in a region that is not enabled every call is refused like this"
        return Unanswered(
            f"the credentials are not accepted by {service} in {region} ({code})", remedy=remedy
        )
    if THROTTLED.search(code):
        return Unanswered(f"{service} is busy ({code})", remedy="run it again in a minute")
    kind = NotThere if _is_absent(code, message) else Unanswered
    if UNKNOWN.search(code) or status in ("405", "501"):
        return kind(f"{service} in {region} does not know {operation}")
    said = f": {message[:160]}" if message else ""
    return kind(f"{service} {operation} in {region} ended with {code or status}{said}")


def _is_absent(code: str, message: str) -> bool:
    return bool(ABSENT.search(code)) or (code == "ValidationError" and "does not exist" in message)


def unreached(error: BotoCoreError, service: str, region: str) -> Unanswered:
    """What a call that never got an answer means."""
    if isinstance(error, EndpointConnectionError):
        return Unreached(
            f"{service} cannot be reached in {region}; the region may not have it",
            remedy="look whether the region has the service, and whether this machine reaches it",
        )
    if isinstance(error, (ConnectionError, HTTPClientError)):
        remedy = "look at this machine's network and proxy"
        return Unreached(f"{service} in {region} did not answer ({type(error).__name__})", remedy=remedy)
    return Unanswered(f"{service} in {region}: {' '.join(str(error).split())[:160]}")
