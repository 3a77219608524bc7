"""Weekly restores that show that backups are worth something."""

from collections.abc import Mapping

from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

DAY = "SUN"
VALIDATION_HOURS = 1
"""A restored copy stands this long, to be looked at, and is then deleted by AWS Backup."""


class RestoreTests(Construct):
    """Restores the newest recovery point of each resource once a week. L1: the library has no L2."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        vault: backup.IBackupVault,
        role: iam.IRole,
        hour_utc: int,
        arns: Mapping[str, list[str]],
        metadata: Mapping[str, Mapping[str, str]],
    ) -> None:
        """`role` restores. `arns`: what is tested, by kind (`EFS`, `Aurora`, `S3`).

        `metadata`: what AWS Backup shall not infer.
        """
        super().__init__(scope, construct_id)
        name = deployment.replace("-", "_")
        plan = backup.CfnRestoreTestingPlan(
            self,
            "RestoreTest",
            restore_testing_plan_name=name,
            schedule_expression=f"cron(0 {hour_utc} ? * {DAY} *)",
            start_window_hours=1,
            recovery_point_selection=backup.CfnRestoreTestingPlan.RestoreTestingRecoveryPointSelectionProperty(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=[vault.backup_vault_arn],
                recovery_point_types=["SNAPSHOT"],
                selection_window_days=7,
            ),
        )
        for kind, group in arns.items():
            backup.CfnRestoreTestingSelection(
                self,
                f"RestoreTest{kind}",
                restore_testing_plan_name=plan.ref,
                restore_testing_selection_name=f"{name}_{kind}",
                protected_resource_type=kind,
                protected_resource_arns=group,
                iam_role_arn=role.role_arn,
                restore_metadata_overrides=metadata.get(kind),
                validation_window_hours=VALIDATION_HOURS,
            )
