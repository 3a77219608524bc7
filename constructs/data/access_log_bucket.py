"""A bucket for the access logs of load balancers."""

from aws_cdk import Acknowledgment, Aws, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct, IDependable

from constructs.data.emptied_bucket import EmptiedBucket
from constructs.data.retention import kept_as_made

NO_ACCESS_LOG = (
    "This bucket is itself the destination of access logs, written by Elastic Load Balancing alone and read "
    "by no workload; logging access to it would need a further bucket with the same finding."
)


class AccessLogBucket(Construct):
    """A bucket that load balancers of this account and region write to, for a number of days.

    `bucket`; `ready`: depend on it before logging is switched on, since Elastic Load Balancing tests the
    bucket at once.

    Encrypted with SSE-S3, the only encryption that access logs of a load balancer take. The policy names the
    service principal for log delivery, which AWS recommends in all regions in place of the accounts per
    region of before August 2022 (Application Load Balancers user guide, "Enable access logs"), so that the
    template is the same in each of them.
    """

    bucket: s3.Bucket
    ready: IDependable

    def __init__(
        self, scope: Construct, construct_id: str, *, retention_days: int, emptied_with: kms.IKey | None
    ) -> None:
        """`emptied_with`: the logs go with the stack, and the log of the function that does it has this key.

        Left out: they outlive it.
        """
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Resource",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="retention",
                    expiration=Duration.days(retention_days),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=kept_as_made(emptied_with is None),
        )
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DeliverAccessLogs",
                principals=[iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects(f"AWSLogs/{Aws.ACCOUNT_ID}/*")],
            )
        )
        assert self.bucket.policy is not None  # made by the statement above
        self.ready = self.bucket.policy
        if emptied_with is not None:
            # The policy goes first, so that no last log arrives in the emptied bucket.
            emptied = EmptiedBucket(self, "Emptied", bucket=self.bucket, key=emptied_with)
            self.bucket.policy.node.add_dependency(emptied.resource)
        Validations.of(self.bucket).acknowledge(Acknowledgment(id="AwsSolutions-S1", reason=NO_ACCESS_LOG))
