"""Caches, backups and what belongs to secrets."""

from collections.abc import Collection, Mapping
from typing import Any

from commands.local.emulator.rows import Call, Place, Row, fill


def _rotation(place: Place) -> Mapping[str, Any]:
    wanted = {
        name: place.properties[name]
        for name in ("RotationLambdaARN", "RotationRules")
        if name in place.properties
    }
    # A rotation while the stack is being made would find no service to restart; the schedule alone is kept.
    return {"SecretId": place.properties["SecretId"], "RotateImmediately": False, **wanted}


def _selection(place: Place) -> Mapping[str, Any]:
    return {
        "BackupPlanId": place.properties["BackupPlanId"],
        "BackupSelection": place.properties["BackupSelection"],
    }


def _cache(place: Place) -> Mapping[str, Any]:
    """What the API takes of a template's properties; `Maximum` and `Minimum` are numbers there."""
    names = {*KEPT_OF_A_CACHE, "Engine", "MajorEngineVersion", "KmsKeyId", "SubnetIds", "NetworkType"}
    return {**_chosen(place, names), "ServerlessCacheName": fill(CACHE_NAME, place)}


def _changed_cache(place: Place) -> Mapping[str, Any]:
    return {**_chosen(place, KEPT_OF_A_CACHE), "ServerlessCacheName": place.ref}


def _chosen(place: Place, names: Collection[str]) -> dict[str, Any]:
    chosen = {name: value for name, value in place.properties.items() if name in names}
    for limits in chosen.get("CacheUsageLimits", {}).values():
        limits.update({name: int(limits[name]) for name in ("Maximum", "Minimum") if name in limits})
    if "SnapshotRetentionLimit" in chosen:
        chosen["SnapshotRetentionLimit"] = int(chosen["SnapshotRetentionLimit"])
    return chosen


CACHE_NAME = "{prop:ServerlessCacheName|{lower:40}}"
KEPT_OF_A_CACHE = (
    "Description",
    "CacheUsageLimits",
    "SecurityGroupIds",
    "UserGroupId",
    "SnapshotRetentionLimit",
    "DailySnapshotTime",
)
"""What changes without another cache."""
CACHE_ANSWERS = {
    name: f"ServerlessCache.{name}"
    for name in (
        "ARN",
        "Endpoint.Address",
        "Endpoint.Port",
        "ReaderEndpoint.Address",
        "ReaderEndpoint.Port",
        "Status",
        "FullEngineVersion",
    )
}
SET_ROTATION = Call(service="secretsmanager", operation="rotate_secret", parameters=_rotation)

ROWS = [
    Row(
        type="AWS::ElastiCache::ServerlessCache",
        ref=CACHE_NAME,
        create=(
            Call(
                service="elasticache",
                operation="create_serverless_cache",
                parameters=_cache,
                answers=CACHE_ANSWERS,
            ),
        ),
        update=(
            Call(
                service="elasticache",
                operation="modify_serverless_cache",
                parameters=_changed_cache,
                answers=CACHE_ANSWERS,
            ),
        ),
        delete=(
            Call(
                service="elasticache",
                operation="delete_serverless_cache",
                parameters={"ServerlessCacheName": "{ref}"},
            ),
        ),
    ),
    Row(
        type="AWS::SecretsManager::RotationSchedule",
        ref="{prop:SecretId}",
        attributes={"Id": "{prop:SecretId}"},
        create=(SET_ROTATION,),
        update=(SET_ROTATION,),
    ),
    Row(
        type="AWS::Backup::BackupSelection",
        ref="{attr:Id}",
        create=(
            Call(
                service="backup",
                operation="create_backup_selection",
                parameters=_selection,
                answers={"Id": "SelectionId", "SelectionId": "SelectionId"},
            ),
        ),
        delete=(
            Call(
                service="backup",
                operation="delete_backup_selection",
                parameters={"BackupPlanId": "{prop:BackupPlanId}", "SelectionId": "{ref}"},
            ),
        ),
    ),
    Row(
        type="AWS::Backup::RestoreTestingPlan",
        ref="{prop:RestoreTestingPlanName}",
        attributes={
            "RestoreTestingPlanArn": "arn:aws:backup:{region}:{account}:restore-testing-plan:"
            "{prop:RestoreTestingPlanName}-{uuid}"
        },
    ),
    Row(
        type="AWS::Backup::RestoreTestingSelection",
        ref="{prop:RestoreTestingPlanName}|{prop:RestoreTestingSelectionName}",
    ),
]
