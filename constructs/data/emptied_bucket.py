"""A bucket that is emptied before CloudFormation deletes it."""

from aws_cdk import Duration, Stack, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.compute.handled_resource import HandledResource

TAG = "pergola:empty-on-delete"
"""Read by the handler: a bucket that lost it (`keep_data` became true) is left alone when this goes."""

ALL_OBJECTS = "The function empties this one bucket, so it may delete whatever object is in it."


class EmptiedBucket(HandledResource):
    """Custom::EmptyBucket: all objects, versions and unfinished uploads go when the bucket goes.

    What writes to the bucket should depend on `resource`, so that nothing arrives after it was emptied.
    """

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.Bucket, key: kms.IKey) -> None:
        """`key` encrypts the function's log."""
        Tags.of(bucket).add(TAG, "true")
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        super().__init__(
            scope,
            construct_id,
            resource_type="Custom::EmptyBucket",
            properties={"BucketName": bucket.bucket_name},
            handler="empty_bucket.handler",
            description="Empties buckets that are deleted with their stack",
            timeout=Duration.minutes(15),
            statements=[
                iam.PolicyStatement(
                    actions=["s3:GetBucketTagging", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
                    resources=[bucket.bucket_arn],
                ),
                iam.PolicyStatement(
                    actions=["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"],
                    resources=[bucket.arn_for_objects("*")],
                ),
            ],
            wildcards={f"<{Stack.of(bucket).get_logical_id(resource)}.Arn>/*": ALL_OBJECTS},
            key=key,
        )
