"""Kinds of text that several settings share, each with an example of a right one."""

from ipaddress import IPv4Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.places import REGIONS
from settings.problems import nearest, shown

DEPLOYMENT_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""Short enough, with 28 characters, for every physical name that is made of it (a Cognito domain takes 63, account id
included)."""
HOST_NAME = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
EMAIL = r"^[^@\s;,<>\"'()\[\]\\]+@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$"


def ipv4_block(value: str) -> IPv4Network:
    """A range in CIDR form, or a `ValueError` that says how to write it."""
    try:
        block = ip_network(value, strict=False)
        prefix = value.partition("/")[2]
    except ValueError:
        block, prefix = None, ""
    if block is None or not prefix.isdecimal():
        raise ValueError(f"{shown(value)} is not an IPv4 range; write one like 10.0.0.0/16")
    if not isinstance(block, IPv4Network):
        raise ValueError(
            f"{shown(value)} is an IPv6 range; only IPv4 is supported, write one like 10.0.0.0/16"
        )
    if value != str(block):
        raise ValueError(f"{shown(value)} is not the start of its range; write {block}")
    return block


def region_of(arn: str) -> str:
    """The region in an ARN."""
    return arn.split(":")[3]


def account_of(arn: str) -> str:
    """The account in an ARN."""
    return arn.split(":")[4]


def _known_region(value: str) -> str:
    if value not in REGIONS:
        meant = nearest(value, sorted(REGIONS))
        raise ValueError(
            f"{shown(value)} is not a region; {f'did you mean {meant}?' if meant else 'write one like eu-west-1'}"
        )
    return value


def _of_known_region(arn: str) -> str:
    region = region_of(arn)
    if region not in REGIONS:
        meant = nearest(region, sorted(REGIONS))
        remedy = f"did you mean {meant}?" if meant else "take the ARN as AWS prints it"
        raise ValueError(f"{shown(region)} in the ARN is not a region; {remedy}")
    return arn


def _block(value: str) -> str:
    ipv4_block(value)
    return value


def _no_credentials(value: str) -> str:
    if "@" in value.split("//", 1)[1].partition("/")[0]:
        raise ValueError("the address holds a user or password; take it out, keys go to Secrets Manager")
    return value


Region = Annotated[
    str,
    AfterValidator(_known_region),
    Field(examples=["eu-west-1"], json_schema_extra={"enum": sorted(REGIONS)}),
]
OfKnownRegion = AfterValidator(_of_known_region)
"""Follows the pattern of an ARN that has a region."""
DeploymentName = Annotated[
    str, Field(pattern=DEPLOYMENT_NAME, min_length=3, max_length=28, examples=["open-webui-dev"])
]
Email = Annotated[str, Field(pattern=EMAIL, max_length=254, examples=["ops@example.com"])]
HostName = Annotated[str, Field(pattern=HOST_NAME, max_length=253, examples=["chat.example.com"])]
Url = Annotated[
    str,
    Field(pattern=r"^https?://[^\s;/]+(/[^\s;]*)?$", max_length=2048, examples=["https://api.openai.com/v1"]),
    AfterValidator(_no_credentials),
]
HttpsUrl = Annotated[
    str, Field(pattern=r"^https://[^\s/]+(/\S*)?$", max_length=2048, examples=["https://id.example.com/abc"])
]
Ipv4Block = Annotated[str, AfterValidator(_block), Field(examples=["10.0.0.0/16"])]
