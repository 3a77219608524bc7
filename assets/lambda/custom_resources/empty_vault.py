"""`Custom::EmptyVault`: empties a backup vault, for CloudFormation deletes empty ones only.

- Create and Update do nothing.
- Delete removes every recovery point and waits until none is left, if the vault still carries the tag
  `pergola:empty-on-delete`. A deployment that begins to keep its data, or to lock its vault, takes the tag
  off before this resource goes.
"""

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from answer import EMPTY_ON_DELETE, Answer, Refused, Request, answers
from patience import patient_client

BUSY = frozenset({"CREATING", "DELETING"})
PAUSE_SECONDS = 5.0


def empty(request: Request) -> None:
    """Empty the vault, unless it lost the tag."""
    backup = patient_client("backup", seconds_left=request.seconds_left)
    with contextlib.suppress(backup.exceptions.ResourceNotFoundException):  # the vault is gone
        tags = backup.list_tags(ResourceArn=request.properties.text("VaultArn")).get("Tags", {})
        if EMPTY_ON_DELETE in tags:
            _empty(backup, request.properties.text("VaultName"), request.seconds_left)


@answers(on_delete=empty)
def handler(request: Request) -> Answer:
    """Check what Delete will need."""
    request.properties.text("VaultArn")
    return Answer(physical_resource_id=request.properties.text("VaultName"))


def _empty(backup: Any, name: str, seconds_left: Callable[[], float]) -> None:
    asked: set[str] = set()
    while points := _points(backup, name):
        if seconds_left() < 2 * PAUSE_SECONDS:
            first = points[0]
            why = first.get("StatusMessage")
            raise Refused(
                f"vault {name} still holds {len(points)} recovery points, the first "
                f"{first['RecoveryPointArn']} is {first['Status']}{f': {why}' if why else ''}; "
                "delete the stack again when backup jobs have ended, or empty the vault by hand"
            )
        # Once each: a second request for a point that is being deleted is refused, and would be waited out.
        for point in points:
            if point["Status"] not in BUSY and point["RecoveryPointArn"] not in asked:
                asked.add(point["RecoveryPointArn"])
                _delete(backup, name, point["RecoveryPointArn"])
        time.sleep(PAUSE_SECONDS)


def _points(backup: Any, name: str) -> list[Mapping[str, Any]]:
    pages = backup.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=name)
    return [point for page in pages for point in page["RecoveryPoints"]]


def _delete(backup: Any, name: str, arn: str) -> None:
    with contextlib.suppress(backup.exceptions.ResourceNotFoundException):  # its retention ended meanwhile
        backup.delete_recovery_point(BackupVaultName=name, RecoveryPointArn=arn)
