"""A backup vault that is emptied before CloudFormation deletes it."""

from aws_cdk import Aws, Duration, Tags
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.handled_resource import HandledResource

TAG = "pergola:empty-on-delete"
"""Read by the handler: a vault that lost it (`keep_data` became true) is left alone when this goes."""

BACKUP = "backup.amazonaws.com"
ALL_POINTS = (
    "A recovery point's ARN holds a random id and not its vault; the function lists those of this one vault."
)


class EmptiedVault(HandledResource):
    """Custom::EmptyVault: all recovery points go when the vault goes.

    What puts recovery points into the vault should depend on `resource`, so that nothing arrives after it was
    emptied; and `resource` on the roles that made them, for AWS Backup deletes recovery points with those.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vault: backup.BackupVault, key: kms.IKey
    ) -> None:
        """`key` encrypts the function's log."""
        Tags.of(vault).add(TAG, "true")
        super().__init__(
            scope,
            construct_id,
            resource_type="Custom::EmptyVault",
            properties={"VaultName": vault.backup_vault_name, "VaultArn": vault.backup_vault_arn},
            handler="empty_vault.handler",
            description="Empties backup vaults that are deleted with their stack",
            timeout=Duration.minutes(15),
            statements=_statements(vault.backup_vault_arn),
            wildcards=dict.fromkeys(_points(), ALL_POINTS),
            key=key,
        )


def _statements(vault_arn: str) -> list[iam.PolicyStatement]:
    own, snapshots = _points()
    service_role = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    return [
        iam.PolicyStatement(
            actions=["backup:ListTags", "backup:ListRecoveryPointsByBackupVault"], resources=[vault_arn]
        ),
        iam.PolicyStatement(actions=["backup:DeleteRecoveryPoint"], resources=[own, snapshots]),
        iam.PolicyStatement(
            actions=["rds:DeleteDBClusterSnapshot"],
            resources=[snapshots],
            conditions={"ForAnyValue:StringEquals": {"aws:CalledVia": [BACKUP]}},
        ),
        # AWS Backup deletes with this role what came in as a copy; an account may not have it yet.
        iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:{service_role}"],
            conditions={"StringEquals": {"iam:AWSServiceName": BACKUP}},
        ),
    ]


def _points() -> tuple[str, str]:
    """Recovery points of EFS and S3 are AWS Backup's own; those of Aurora are cluster snapshots."""
    here = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
    return (
        f"arn:{Aws.PARTITION}:backup:{here}:recovery-point:*",
        f"arn:{Aws.PARTITION}:rds:{here}:cluster-snapshot:awsbackup:*",
    )
