"""Caches, backups and what belongs to secrets."""

from collections.abc import Mapping
from typing import Any

from commands.local.emulator.rows import Call, Place, Row


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


SET_ROTATION = Call(service="secretsmanager", operation="rotate_secret", parameters=_rotation)

ROWS = [
    Row(
        type="AWS::ElastiCache::ServerlessCache",
        ref="{prop:ServerlessCacheName|{lower:40}}",
        attributes={
            "ARN": "arn:aws:elasticache:{region}:{account}:serverlesscache:{prop:ServerlessCacheName|{lower:40}}",
            "Endpoint.Address": "{prop:ServerlessCacheName|{lower:40}}.serverless.{region}.cache.amazonaws.com",
            "Endpoint.Port": "6379",
            "ReaderEndpoint.Address": "{prop:ServerlessCacheName|{lower:40}}.serverless.{region}.cache.amazonaws.com",
            "ReaderEndpoint.Port": "6380",
            "Status": "available",
            "FullEngineVersion": "{prop:MajorEngineVersion}.0",
        },
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
