"""Who called which AWS API."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.data.encrypted_bucket import EncryptedBucket

KEPT_DAYS = 365


class AuditTrail(Construct):
    """A CloudTrail trail of this region's management events, signed, with a key of its own; `bucket`."""

    bucket: s3.IBucket

    def __init__(self, scope: Construct, construct_id: str, *, keep_data: bool) -> None:
        """`keep_data`: bucket and key outlive the stack."""
        super().__init__(scope, construct_id)
        key = kms.Key(
            self,
            "Key",
            description="Encrypts the audit trail",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN if keep_data else RemovalPolicy.DESTROY,
            pending_window=Duration.days(30 if keep_data else 7),
        )
        _let_cloudtrail_encrypt(key)
        bucket = EncryptedBucket(self, "Bucket", key=key, keep_data=keep_data).bucket
        bucket.add_lifecycle_rule(id="expire", expiration=Duration.days(KEPT_DAYS))
        trail = cloudtrail.Trail(
            self,
            "Resource",
            bucket=bucket,
            encryption_key=key,
            enable_file_validation=True,
            is_multi_region_trail=False,
        )
        trail.node.add_dependency(key)
        self.bucket = bucket


def _let_cloudtrail_encrypt(key: kms.Key) -> None:
    """As the CloudTrail user guide has it ("Configure AWS KMS key policies for CloudTrail")."""
    trails = f"arn:{Aws.PARTITION}:cloudtrail:{Aws.REGION}:{Aws.ACCOUNT_ID}:trail/*"
    cloudtrail_service = iam.ServicePrincipal("cloudtrail.amazonaws.com")
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="EncryptTrails",
            principals=[cloudtrail_service],
            actions=["kms:GenerateDataKey*"],
            resources=["*"],
            conditions={"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}},
        )
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="DescribeKey",
            principals=[cloudtrail_service],
            actions=["kms:DescribeKey"],
            resources=["*"],
        )
    )
