"""What a deployment file names because the account has it already: made here when it is first spoken of.

A hosted zone is the account's own, a restored file system comes from a backup; a local account starts empty.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from ministack.services import efs, route53
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]


def install() -> None:
    """Let resources be made in what is only named."""
    for resource_type, give in GIVEN.items():
        handlers = provisioners._RESOURCE_HANDLERS[resource_type]
        handlers["create"] = partial(_create, handlers["create"], give)


def hosted_zone(properties: Properties) -> None:
    """The zone of a record, with the last two labels of the record's name for its own."""
    zone = properties.get("HostedZoneId")
    if not zone or zone in route53._zones:
        return
    domain = ".".join(str(properties["Name"]).rstrip(".").split(".")[-2:]) + "."
    route53._zones[zone] = {
        "id": zone,
        "name": domain,
        "caller_reference": f"given-{zone}",
        "comment": "given by the deployment file",
        "private": False,
    }
    route53._records[zone] = route53._default_records(domain)


def file_system(properties: Properties) -> None:
    """The file system of an access point or a mount target."""
    wanted = properties["FileSystemId"]
    if wanted in efs._file_systems:
        return
    _, _, body = efs._create_file_system({"CreationToken": wanted, "Encrypted": True})
    made = efs._file_systems.pop(json.loads(body)["FileSystemId"])
    arn = f"{made['FileSystemArn'].rpartition('/')[0]}/{wanted}"
    efs._file_systems[wanted] = {**made, "FileSystemId": wanted, "FileSystemArn": arn}


GIVEN: dict[str, Callable[[Properties], None]] = {
    "AWS::Route53::RecordSet": hosted_zone,
    "AWS::EFS::AccessPoint": file_system,
    "AWS::EFS::MountTarget": file_system,
}


def _create(
    native: Any, give: Callable[[Properties], None], logical_id: str, properties: Properties, stack: str
) -> Any:
    give(properties)
    return native(logical_id, properties, stack)
