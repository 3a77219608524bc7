"""A snapshot of the database before a changed image migrates it."""

from aws_cdk import Acknowledgment, Aws, CustomResource, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.custom_resource_handler import CustomResourceHandler


class UpgradeSnapshot(Construct):
    """`resource`, a Custom::ClusterSnapshot: what runs the image depends on it, and waits until the snapshot is there.

    A changed template and a changed parameter both change `Image`, so both take one. Snapshots outlive the stack.
    The cluster's key needs no permission here: it lets this account's callers through Amazon RDS.
    """

    resource: CustomResource

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster_identifier: str,
        image: str,
        deployment: str,
        key: kms.IKey,
    ) -> None:
        """`deployment`: snapshots are called `<deployment>-before-…`. `key` encrypts the function's log."""
        super().__init__(scope, construct_id)
        handler = CustomResourceHandler.of(
            self,
            "cluster_snapshot.handler",
            description="Takes a snapshot of the database before a changed image migrates it",
            timeout=Duration.minutes(15),
            encryption_key=key,
        )
        self.resource = CustomResource(
            self,
            "Resource",
            resource_type="Custom::ClusterSnapshot",
            service_token=handler.service_token,
            properties={"ClusterIdentifier": cluster_identifier, "Image": image, "Deployment": deployment},
        )
        rds = f"arn:{Aws.PARTITION}:rds:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        cluster, snapshots = (
            f"{rds}:cluster:{cluster_identifier}",
            f"{rds}:cluster-snapshot:{deployment}-before-*",
        )
        permissions = iam.Policy(
            self,
            "Permissions",
            roles=[handler.role],
            statements=[
                iam.PolicyStatement(
                    actions=["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusterSnapshots"],
                    resources=[cluster, snapshots],
                ),
                iam.PolicyStatement(actions=["rds:AddTagsToResource"], resources=[snapshots]),
            ],
        )
        self.resource.node.add_dependency(permissions)
        prefix = "arn:<AWS::Partition>:rds:<AWS::Region>:<AWS::AccountId>"
        Validations.of(permissions).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::{prefix}:cluster-snapshot:{deployment}-before-*]",
                reason="A name ends in hour and image, known when it is taken; the prefix is the deployment's.",
            )
        )
