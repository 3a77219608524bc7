"""AWS Backup: vault, daily plan, restore tests."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, Aws, Duration, NestedStack, Validations
from aws_cdk import aws_backup as backup
from aws_cdk import aws_efs as efs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.data.emptied_vault import EmptiedVault
from constructs.data.retention import kept
from settings.backup import BackupSettings, VaultLock

START_WITHIN = Duration.hours(1)
COMPLETE_WITHIN = Duration.hours(12)
TEST_DAY = "SUN"
TEST_HOURS_LATER = 12
"""The newest backup is complete by then."""
VALIDATION_HOURS = 1
"""A restored copy stands this long, to be looked at, and is then deleted by AWS Backup."""
PRINCIPAL = "aws:PrincipalArn"
SERVICE_POLICIES = {
    "backup": ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"),
    "restore": ("AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore"),
}
WHY_MANAGED = (
    "AWS Backup documents these policies as the permissions of its roles and extends them with the service; "
    "the role is "
    "assumed by backup.amazonaws.com for this account alone, and used by one plan whose resources are "
    "listed by ARN."
)


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
        """`vault_name`: the deployment's name. `keep_data`: the vault outlives the stack."""
        super().__init__(scope, construct_id, description=f"{vault_name}: backup")
        self._settings = settings
        self._name = vault_name
        vault = backup.BackupVault(
            self,
            "Vault",
            backup_vault_name=vault_name,
            encryption_key=key,
            access_policy=iam.PolicyDocument(statements=[_copies_from_this_account()]),
            lock_configuration=None if settings.lock is None else _lock(settings.lock),
            removal_policy=kept(keep_data),
        )
        self.vault = vault
        self._denial = _nobody_deletes()
        if keep_data:
            vault.add_to_access_policy(self._denial)
        # What a lock protects nobody deletes: such a vault stays, and the stack's deletion says so.
        self._emptied = (
            None if keep_data or settings.lock else EmptiedVault(self, "EmptiedVault", vault=vault)
        )

    def add_plan(
        self,
        *,
        file_systems: Sequence[efs.IFileSystem] = (),
        databases: Sequence[rds.IDatabaseCluster] = (),
        buckets: Sequence[s3.IBucket] = (),
        restore_metadata: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Back up daily, copy if the settings name a vault, test restores if they say so.

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
        role = self._role("backup", with_buckets=bool(buckets))
        # With it AWS Backup deletes what is over (developer guide, "Identity and access management in AWS Backup").
        self._denial.add_condition("ArnNotLike", {PRINCIPAL: [_service_linked_roles(), role.role_arn]})
        selection = plan.add_selection(
            "Data",
            role=role,
            disable_default_backup_policy=True,
            resources=[backup.BackupResource.from_arn(arn) for group in arns.values() for arn in group],
        )
        if self._emptied is not None:
            selection.node.add_dependency(self._emptied.resource)
            self._emptied.resource.node.add_dependency(role)
        if self._settings.restore_testing:
            self._test_restores(
                {kind: group for kind, group in arns.items() if group}, restore_metadata or {}
            )

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

    def _role(self, purpose: str, *, with_buckets: bool) -> iam.Role:
        policies = SERVICE_POLICIES[purpose] if with_buckets else SERVICE_POLICIES[purpose][:1]
        role = iam.Role(
            self,
            f"{purpose.capitalize()}Role",
            description=f"AWS Backup: {purpose} of {self._name}",
            assumed_by=iam.ServicePrincipal(
                "backup.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(_path(policy)) for policy in policies
            ],
        )
        for policy in policies:
            finding = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_path(policy)}]"
            Validations.of(role).acknowledge(Acknowledgment(id=finding, reason=WHY_MANAGED))
        return role

    def _test_restores(self, arns: dict[str, list[str]], metadata: Mapping[str, Mapping[str, str]]) -> None:
        """L1: restore testing has no L2 in aws-cdk-lib."""
        name = self._name.replace("-", "_")
        hour = (self._settings.hour_utc + TEST_HOURS_LATER) % 24
        plan = backup.CfnRestoreTestingPlan(
            self,
            "RestoreTest",
            restore_testing_plan_name=name,
            schedule_expression=f"cron(0 {hour} ? * {TEST_DAY} *)",
            start_window_hours=1,
            recovery_point_selection=backup.CfnRestoreTestingPlan.RestoreTestingRecoveryPointSelectionProperty(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=[self.vault.backup_vault_arn],
                recovery_point_types=["SNAPSHOT"],
                selection_window_days=7,
            ),
        )
        role = self._role("restore", with_buckets="S3" in arns)
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


def _path(policy: str) -> str:
    """S3's two policies stand at the root, the others below service-role."""
    return policy if "S3" in policy else f"service-role/{policy}"


def _copies_from_this_account() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="CopiesFromThisAccount",
        principals=[iam.AccountRootPrincipal()],
        actions=["backup:CopyIntoBackupVault"],
        resources=["*"],
    )


def _nobody_deletes() -> iam.PolicyStatement:
    """Only AWS Backup deletes, when retention is over.

    A person who has to delete earlier changes this policy first: two calls, both in CloudTrail.
    """
    return iam.PolicyStatement(
        sid="NobodyDeletes",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"],
        resources=["*"],
        conditions={"ArnNotLike": {PRINCIPAL: [_service_linked_roles()]}},
    )


def _service_linked_roles() -> str:
    return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/aws-service-role/backup.amazonaws.com/*"


def _lock(lock: VaultLock) -> backup.LockConfiguration:
    changeable = lock.changeable_for_days
    return backup.LockConfiguration(
        min_retention=Duration.days(lock.min_retention_days),
        changeable_for=None if changeable is None else Duration.days(changeable),
    )
