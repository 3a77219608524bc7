"""A bucket for data."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.data.emptied_bucket import EmptiedBucket
from constructs.data.retention import kept_as_made

NO_ACCESS_LOG = (
    "Roles of this deployment alone reach the objects; CloudTrail data events record who read what, where "
    "the account's trail has them, and a log bucket would need the same protection again."
)


class EncryptedBucket(Construct):
    """A versioned bucket encrypted with `key`, TLS 1.2 and later only, no public access, no ACL.

    `bucket`; with `keep_data: False` it is emptied and deleted with the stack: what a service writes by itself should
    depend on `emptied`.
    """

    bucket: s3.Bucket
    emptied: EmptiedBucket | None

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        keep_data: bool,
        infrequent_access_after_days: int | None = None,
        noncurrent_version_days: int = 30,
    ) -> None:
        """`key` has to serve CloudWatch Logs too, for the function that empties the bucket.

        `infrequent_access_after_days` left out: objects stay in S3 Standard.
        """
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Resource",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=_lifecycle(infrequent_access_after_days, noncurrent_version_days),
            removal_policy=kept_as_made(keep_data),
        )
        Validations.of(self.bucket).acknowledge(Acknowledgment(id="AwsSolutions-S1", reason=NO_ACCESS_LOG))
        self.emptied = None if keep_data else EmptiedBucket(self, "Emptied", bucket=self.bucket, key=key)


def _lifecycle(
    infrequent_access_after_days: int | None, noncurrent_version_days: int
) -> list[s3.LifecycleRule]:
    rules = [
        s3.LifecycleRule(
            id="old-versions",
            noncurrent_version_expiration=Duration.days(noncurrent_version_days),
            expired_object_delete_marker=True,
        ),
        s3.LifecycleRule(id="broken-uploads", abort_incomplete_multipart_upload_after=Duration.days(7)),
    ]
    if infrequent_access_after_days is not None:
        transition = s3.Transition(
            storage_class=s3.StorageClass.INFREQUENT_ACCESS,
            transition_after=Duration.days(infrequent_access_after_days),
        )
        rules.append(s3.LifecycleRule(id="infrequent-access", transitions=[transition]))
    return rules
