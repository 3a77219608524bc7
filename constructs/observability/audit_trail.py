"""Who called which AWS API."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.data.encrypted_bucket import EncryptedBucket
from constructs.security.deployment_key import DeploymentKey

KEPT_DAYS = 365


class AuditTrail(Construct):
    """A CloudTrail trail of this region's management events, signed, with a key of its own; `bucket`."""

    bucket: s3.IBucket

    def __init__(self, scope: Construct, construct_id: str, *, keep_data: bool) -> None:
        """`keep_data`: bucket and key outlive the stack."""
        super().__init__(scope, construct_id)
        key = DeploymentKey(
            self,
            "Key",
            description="Encrypts the audit trail",
            keep_data=keep_data,
            logs_access=True,
            statements=_cloudtrail_encrypts(),
        )
        made = EncryptedBucket(self, "Bucket", key=key.key, keep_data=keep_data)
        made.bucket.add_lifecycle_rule(id="expire", expiration=Duration.days(KEPT_DAYS))
        trail = cloudtrail.Trail(
            self,
            "Resource",
            bucket=made.bucket,
            encryption_key=key.key,
            enable_file_validation=True,
            is_multi_region_trail=False,
        )
        trail.node.add_dependency(key)
        if made.emptied is not None:
            # The trail goes first, and with the policy what it may still deliver: nothing fills the emptied bucket.
            trail.node.add_dependency(made.emptied.resource)
            assert made.bucket.policy is not None  # made by the trail
            made.bucket.policy.node.add_dependency(made.emptied.resource)
        self.bucket = made.bucket


def _cloudtrail_encrypts() -> list[iam.PolicyStatement]:
    """As the CloudTrail user guide has it ("Configure AWS KMS key policies for CloudTrail")."""
    trails = f"arn:{Aws.PARTITION}:cloudtrail:{Aws.REGION}:{Aws.ACCOUNT_ID}:trail/*"
    service = iam.ServicePrincipal("cloudtrail.amazonaws.com")
    return [
        iam.PolicyStatement(
            sid="EncryptTrails",
            principals=[service],
            actions=["kms:GenerateDataKey*"],
            resources=["*"],
            conditions={"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}},
        ),
        iam.PolicyStatement(
            sid="DescribeKey", principals=[service], actions=["kms:DescribeKey"], resources=["*"]
        ),
    ]
