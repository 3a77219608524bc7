"""The roles that AWS Backup works with."""

from typing import Literal

from aws_cdk import Acknowledgment, Aws, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

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


class BackupRole(Construct):
    """`role`: with the policies that AWS documents for the purpose, those for S3 only where there are buckets."""

    role: iam.Role

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        purpose: Literal["backup", "restore"],
        deployment: str,
        with_buckets: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        policies = SERVICE_POLICIES[purpose] if with_buckets else SERVICE_POLICIES[purpose][:1]
        self.role = iam.Role(
            self,
            "Default",
            description=f"AWS Backup: {purpose} of {deployment}",
            assumed_by=iam.ServicePrincipal(
                "backup.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(_path(policy)) for policy in policies
            ],
        )
        for policy in policies:
            finding = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_path(policy)}]"
            Validations.of(self.role).acknowledge(Acknowledgment(id=finding, reason=WHY_MANAGED))


def _path(policy: str) -> str:
    """S3's two policies stand at the root, the others below service-role."""
    return policy if "S3" in policy else f"service-role/{policy}"
