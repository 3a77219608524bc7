"""Permission to keep objects under a prefix of a bucket."""

from aws_cdk import Acknowledgment, Aws, Names, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3


def allow_objects(role: iam.Role, *, bucket: s3.IBucket, prefix: str) -> None:
    """Let `role` list, read, write and delete objects under `prefix`; nothing of it lands in the bucket's stack."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            resources=[bucket.arn_for_objects(f"{prefix}/*")],
        )
    )
    role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]))
    if bucket.encryption_key is not None:
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[bucket.encryption_key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"s3.{Aws.REGION}.amazonaws.com"}},
            )
        )
    Validations.of(role).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::<{_name_of_arn(role, bucket)}>/{prefix}/*]",
            reason=f"The application names its objects itself; the statement covers the {prefix}/ folder alone.",
        )
    )


def _name_of_arn(role: iam.Role, bucket: s3.IBucket) -> str:
    """What the bucket's ARN is called in the role's template: the finding is named after it."""
    resource, home = bucket.node.default_child, Stack.of(bucket)
    assert isinstance(resource, s3.CfnBucket)
    if home is Stack.of(role):
        return f"{home.get_logical_id(resource)}.Arn"
    assert home.nested_stack_resource is not None
    home_id, resource_id = (Names.node_unique_id(of.node) for of in (home.nested_stack_resource, resource))
    return f"referenceto{home_id}Outputs{resource_id}Arn"
