"""A task's record, which is ministack's and what the API describes: what can be read from it, and how it changes."""

from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.core.responses import new_uuid, now_iso
from ministack.services import ecs, ecs_metadata

SERVICE = "service:"
COUNTED = ("DEPROVISIONING", "STOPPED")
"""States that come with a new version of the task."""

Record = dict[str, Any]


def identity(record: Record) -> str:
    """The last part of the task's ARN."""
    return str(record["taskArn"]).rpartition("/")[2]


def service_key(record: Record) -> str | None:
    """Under which ministack keeps the service of a task; nothing for a task of its own."""
    group = str(record.get("group") or "")
    name = group.removeprefix(SERVICE)
    return f"{_cluster(record)}/{name}" if name and name != group else None


def service_of(record: Record) -> Record | None:
    """The service that the task belongs to; nothing for a task of its own, and where the service is forgotten."""
    key = service_key(record)
    found: Record | None = ecs._services.get(key) if key else None
    return found


def attach(record: Record, *, address: str, subnet: str | None) -> None:
    """Note the task's network interface."""
    attachment = new_uuid()
    with resource_lock("ecs-task", record["taskArn"]):
        record["attachments"] = [
            {
                "id": attachment,
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [
                    *([{"name": "subnetId", "value": subnet}] if subnet else []),
                    {"name": "privateIPv4Address", "value": address},
                ],
            }
        ]
        for each in record["containers"]:
            each["networkInterfaces"] = [{"attachmentId": attachment, "privateIpv4Address": address}]


def note_container(record: Record, name: str | None, **members: Any) -> None:
    """Change what is described of one container."""
    for each in record["containers"]:
        if each["name"] == name:
            each.update(members)


def begin_to_stop(record: Record, *, reason: str, code: str) -> None:
    """Note that the task is to stop; the caller holds the task's lock."""
    ecs._bump_task_version(record)
    record.update(
        desiredStatus="STOPPED",
        lastStatus="DEACTIVATING",
        stoppedReason=reason,
        stopCode=code,
        stoppingAt=now_iso(),
    )


def change(record: Record, **members: Any) -> None:
    """Change what is described of the task, and what its metadata says."""
    with resource_lock("ecs-task", record["taskArn"]):
        if members.get("lastStatus") in COUNTED:
            ecs._bump_task_version(record)
        record.update(members)
    ecs_metadata.set_task_status(
        record["taskArn"], known_status=record["lastStatus"], desired_status=record["desiredStatus"]
    )


def note_end(record: Record) -> None:
    """Note that the task has stopped, with all that was its own."""
    for each in record["containers"]:
        each["lastStatus"] = "STOPPED"
    for attachment in record.get("attachments") or ():
        attachment["status"] = "DELETED"
    change(record, lastStatus="STOPPED", stoppedAt=now_iso())


def refresh_service(record: Record) -> None:
    """Have the counts of cluster and service follow the record, and the service's targets."""
    ecs._recount_cluster(_cluster(record))
    ecs._refresh_service_state(_cluster(record), record.get("group") or "")


def _cluster(record: Record) -> str:
    return str(ecs._cluster_name_from_arn(record["clusterArn"]))
