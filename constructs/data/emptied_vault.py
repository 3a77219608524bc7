"""A backup vault that is emptied before CloudFormation deletes it."""

from aws_cdk import Acknowledgment, Aws, CustomResource, Duration, RemovalPolicy, Tags, Validations
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.compute.custom_resource_handler import CustomResourceHandler

TAG = "pergola:empty-on-delete"
"""Read by the handler: a vault that lost it (`keep_data` became true) is left alone when this goes."""

BACKUP = "backup.amazonaws.com"
ALL_POINTS = (
    "A recovery point's ARN holds a random id and not its vault; the function lists those of this one vault."
)


class EmptiedVault(Construct):
    """Custom::EmptyVault: all recovery points go when the vault goes.

    `resource`: what puts recovery points into the vault should depend on it, so that nothing arrives after it was
    emptied; and it on the roles that made them, for AWS Backup deletes recovery points with those.
    """

    resource: CustomResource

    def __init__(self, scope: Construct, construct_id: str, *, vault: backup.BackupVault) -> None:
        super().__init__(scope, construct_id)
        Tags.of(vault).add(TAG, "true")
        handler = CustomResourceHandler.of(
            self,
            "empty_vault.handler",
            description="Empties backup vaults that are deleted with their stack",
            timeout=Duration.minutes(15),
        )
        self.resource = CustomResource(
            self,
            "Resource",
            resource_type="Custom::EmptyVault",
            service_token=handler.service_token,
            properties={"VaultName": vault.backup_vault_name, "VaultArn": vault.backup_vault_arn},
            removal_policy=RemovalPolicy.DESTROY,
        )
        permissions = iam.Policy(
            self, "Permissions", roles=[handler.role], statements=_statements(vault.backup_vault_arn)
        )
        self.resource.node.add_dependency(permissions)
        for arn in _points():
            shown = arn.replace(Aws.PARTITION, "<AWS::Partition>")
            shown = shown.replace(Aws.REGION, "<AWS::Region>").replace(Aws.ACCOUNT_ID, "<AWS::AccountId>")
            Validations.of(permissions).acknowledge(
                Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{shown}]", reason=ALL_POINTS)
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
