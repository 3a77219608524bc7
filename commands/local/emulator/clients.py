"""boto3 against an emulator: from the outside, and from the emulator itself for what its own API already does."""

from functools import cache
from typing import Any

import boto3


@cache
def client(service: str, *, url: str, account: str, region: str) -> Any:
    """A client of the emulator at this URL for one account (a 12-digit access key is one) and region."""
    return boto3.client(  # type: ignore[call-overload] # its overloads want a literal
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="local",  # noqa: S106 -- nothing checks it
    )
