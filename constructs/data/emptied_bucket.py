"""A bucket that is emptied before CloudFormation deletes it."""

from aws_cdk import Acknowledgment, CustomResource, Duration, RemovalPolicy, Stack, Tags, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.compute.custom_resource_handler import CustomResourceHandler

TAG = "pergola:empty-on-delete"
"""Read by the handler: a bucket that lost it (`keep_data` became true) is left alone when this goes."""

ALL_OBJECTS = "The function empties this one bucket, so it may delete whatever object is in it."


class EmptiedBucket(Construct):
    """Custom::EmptyBucket: all objects, versions and unfinished uploads go when the bucket goes.

    `resource`: what writes to the bucket should depend on it, so that nothing arrives after it was emptied.
    """

    resource: CustomResource

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.Bucket) -> None:
        super().__init__(scope, construct_id)
        Tags.of(bucket).add(TAG, "true")
        handler = CustomResourceHandler.of(
            self,
            "empty_bucket.handler",
            description="Empties buckets that are deleted with their stack",
            timeout=Duration.minutes(15),
        )
        self.resource = CustomResource(
            self,
            "Resource",
            resource_type="Custom::EmptyBucket",
            service_token=handler.service_token,
            properties={"BucketName": bucket.bucket_name},
            removal_policy=RemovalPolicy.DESTROY,
        )
        permissions = iam.Policy(
            self,
            "Permissions",
            roles=[handler.role],
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
        )
        self.resource.node.add_dependency(permissions)
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        objects = f"<{Stack.of(bucket).get_logical_id(resource)}.Arn>/*"
        Validations.of(permissions).acknowledge(
            Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{objects}]", reason=ALL_OBJECTS)
        )
