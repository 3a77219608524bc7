"""A snapshot of the database before a changed image migrates it."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.handled_resource import HandledResource


class UpgradeSnapshot(HandledResource):
    """Custom::ClusterSnapshot: what runs the image depends on `resource`, and waits until the snapshot is there.

    A changed template and a changed parameter both change `Image`, so both take one. Snapshots outlive the stack.
    The cluster's key needs no permission here: it lets this account's callers through Amazon RDS.
    """

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
        rds = f"arn:{Aws.PARTITION}:rds:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        snapshots = f"{rds}:cluster-snapshot:{deployment}-before-*"
        super().__init__(
            scope,
            construct_id,
            resource_type="Custom::ClusterSnapshot",
            properties={"ClusterIdentifier": cluster_identifier, "Image": image, "Deployment": deployment},
            handler="cluster_snapshot.handler",
            description="Takes a snapshot of the database before a changed image migrates it",
            timeout=Duration.minutes(15),
            statements=[
                iam.PolicyStatement(
                    actions=["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusterSnapshots"],
                    resources=[f"{rds}:cluster:{cluster_identifier}", snapshots],
                ),
                iam.PolicyStatement(actions=["rds:AddTagsToResource"], resources=[snapshots]),
            ],
            wildcards={
                snapshots: "A name ends in hour and image, known when it is taken; the prefix is the deployment's."
            },
            key=key,
        )
