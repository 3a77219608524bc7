"""boto3 clients that wait out what passes by itself: a resuming cluster, a policy that IAM learns late."""

import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

PAUSE_SECONDS = 3.0
# A role's new policy needs seconds to be known everywhere; after a minute a refusal is meant.
POLICY_SECONDS = 60.0

STARTING = frozenset(
    {
        "DatabaseNotFoundException",
        "DatabaseResumingException",
        "DatabaseUnavailableException",
        "HttpEndpointNotEnabledException",
        "InvalidDBClusterStateFault",
        "InvalidResourceStateException",
        "ServiceUnavailableError",
    }
)
# Older Data API end points say the same in the deprecated BadRequestException.
STARTING_WORDS = (
    "not available",
    "not enabled",
    "resum",
    "is not in available state",
    "communications link failure",
)
REFUSING = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ForbiddenException",
        "SecretsErrorException",
        "UnauthorizedOperation",
    }
)


def patient_client(service: str, *, seconds_left: Callable[[], float]) -> Any:
    """A boto3 client that repeats calls while `seconds_left` and the answer say that waiting helps."""
    client = boto3.client(
        service,  # type: ignore[call-overload]  # the stubs want a literal
        config=Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=5, read_timeout=60),
    )
    client.meta.events.register("needs-retry", _Patience(seconds_left=seconds_left))
    return client


class _Patience:
    """botocore's hook: the seconds until the call is repeated, or None to leave it to botocore."""

    def __init__(self, *, seconds_left: Callable[[], float]) -> None:
        self._seconds_left = seconds_left
        self._refused_since: float | None = None

    def __call__(self, response: tuple[Any, dict[str, Any]] | None, **_event: object) -> float | None:
        if response is None or self._seconds_left() < 2 * PAUSE_SECONDS:
            return None
        error = response[1].get("Error", {})
        code, message = str(error.get("Code", "")), str(error.get("Message", "")).lower()
        if code in REFUSING:
            self._refused_since = self._refused_since or time.monotonic()
            return PAUSE_SECONDS if time.monotonic() - self._refused_since < POLICY_SECONDS else None
        self._refused_since = None
        starting = code in STARTING or (
            code == "BadRequestException" and any(words in message for words in STARTING_WORDS)
        )
        return PAUSE_SECONDS if starting else None
