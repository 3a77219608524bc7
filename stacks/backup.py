"""AWS Backup: vault, daily plan, restore tests."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, NestedStack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_efs as efs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.data.backup_role import BackupRole
from constructs.data.emptied_vault import EmptiedVault
from constructs.data.protected_vault import ProtectedVault
from constructs.data.restore_tests import RestoreTests
from settings.backup import BackupSettings, VaultLock

START_WITHIN = Duration.hours(1)
COMPLETE_WITHIN = Duration.hours(12)
TEST_HOURS_LATER = 12
"""The newest backup is complete by then."""


class Backup(NestedStack):
    """`vault`: encrypted; nobody deletes recovery points while data is kept, else they go with the stack.

    A standby has no plan.
    The vault's name is physical: AWS demands one, and copies from another region name it.
    """

    vault: backup.IBackupVault

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        settings: BackupSettings,
        vault_name: str,
        keep_data: bool,
    ) -> None:
        """`key`: of recovery points and logs. `vault_name`: the deployment's name.

        `keep_data`: the vault outlives the stack.
        """
        super().__init__(scope, construct_id, description=f"{vault_name}: backup")
        self._settings = settings
        self._name = vault_name
        self._protected = ProtectedVault(
            self,
            "Vault",
            name=vault_name,
            key=key,
            lock=None if settings.lock is None else _lock(settings.lock),
            keep_data=keep_data,
        )
        self.vault = self._protected.vault
        # What a lock protects nobody deletes: such a vault stays, and the stack's deletion says so.
        emptied = not keep_data and settings.lock is None
        self._emptied = (
            EmptiedVault(self, "EmptiedVault", vault=self._protected.vault, key=key) if emptied else None
        )

    def add_plan(
        self,
        *,
        file_systems: Sequence[efs.IFileSystem] = (),
        databases: Sequence[rds.IDatabaseCluster] = (),
        buckets: Sequence[s3.IBucket] = (),
        restore_metadata: Mapping[str, Mapping[str, str]] | None = None,
    ) -> iam.IRole:
        """Back up daily, copy if the settings name a vault, test restores if they say so; the role that restores.

        `restore_metadata`: for `EFS` and `Aurora`, what a test shall not leave to AWS Backup, in the spelling of its
        developer guide ("Restore testing inferred metadata"). Left out: copies stand in the default VPC.
        Aurora is backed up only where AWS Backup is switched on for it (region settings of the account).
        """
        arns = {
            "EFS": [each.file_system_arn for each in file_systems],
            "Aurora": [each.cluster_arn for each in databases],
            "S3": [each.bucket_arn for each in buckets],
        }
        plan = backup.BackupPlan(
            self,
            "Plan",
            backup_plan_name=f"{self._name}-daily",
            backup_vault=self.vault,
            backup_plan_rules=[self._rule()],
        )
        role = BackupRole(
            self, "BackupRole", purpose="backup", deployment=self._name, with_buckets=bool(buckets)
        ).role
        self._protected.let_delete(role)
        selection = plan.add_selection(
            "Data",
            role=role,
            disable_default_backup_policy=True,
            resources=[backup.BackupResource.from_arn(arn) for group in arns.values() for arn in group],
        )
        if self._emptied is not None:
            selection.node.add_dependency(self._emptied.resource)
            self._emptied.resource.node.add_dependency(role)
        restore_role = BackupRole(
            self, "RestoreRole", purpose="restore", deployment=self._name, with_buckets=bool(buckets)
        ).role
        if self._settings.restore_testing:
            RestoreTests(
                self,
                "Default",  # adds nothing to logical ids
                deployment=self._name,
                vault=self.vault,
                role=restore_role,
                hour_utc=(self._settings.hour_utc + TEST_HOURS_LATER) % 24,
                arns={kind: group for kind, group in arns.items() if group},
                metadata=restore_metadata or {},
            )
        return restore_role

    def _rule(self) -> backup.BackupPlanRule:
        kept = Duration.days(self._settings.retention_days)
        copies = []
        if self._settings.copy_vault_arn is not None:
            other = backup.BackupVault.from_backup_vault_arn(self, "CopyVault", self._settings.copy_vault_arn)
            copies = [backup.BackupPlanCopyActionProps(destination_backup_vault=other, delete_after=kept)]
        return backup.BackupPlanRule(
            rule_name="daily",
            schedule_expression=events.Schedule.cron(hour=str(self._settings.hour_utc), minute="0"),
            start_window=START_WITHIN,
            completion_window=COMPLETE_WITHIN,
            delete_after=kept,
            copy_actions=copies,
        )


def _lock(lock: VaultLock) -> backup.LockConfiguration:
    changeable = lock.changeable_for_days
    return backup.LockConfiguration(
        min_retention=Duration.days(lock.min_retention_days),
        changeable_for=None if changeable is None else Duration.days(changeable),
    )
