"""What a cluster's controllers made, and must be gone before they go."""

from collections.abc import Sequence
from typing import Literal

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.handled_resource import HandledResource

Kind = Literal["load_balancers", "security_groups", "volumes", "network_interfaces"]
HERE = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
VOLUMES = f"arn:{Aws.PARTITION}:ec2:{HERE}:volume/*"
INTERFACES = f"arn:{Aws.PARTITION}:ec2:{HERE}:network-interface/*"
NAMES_UNKNOWN = (
    "Made by controllers, so their ids are not known; the condition on the tag holds it to this cluster's."
)


class ClusterRemains(HandledResource):
    """Custom::ClusterRemains: its deletion waits for load balancers and their security groups, whose controllers must
    still run then, and deletes volumes and interfaces that nothing uses any more.

    It depends on the controllers, and what asks them for something depends on it: so it is deleted between the two. A
    volume that is kept is none of its `kinds`, which may be empty.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, cluster_name: str, kinds: Sequence[Kind], key: kms.IKey
    ) -> None:
        """`key` encrypts the function's log."""
        deleted = [
            (kind, *rest)
            for kind, *rest in (
                ("volumes", "ec2:DeleteVolume", VOLUMES, "pergola:deployment"),
                (
                    "network_interfaces",
                    "ec2:DeleteNetworkInterface",
                    INTERFACES,
                    "cluster.k8s.amazonaws.com/name",
                ),
            )
            if kind in kinds
        ]
        super().__init__(
            scope,
            construct_id,
            resource_type="Custom::ClusterRemains",
            properties={"ClusterName": cluster_name, "Kinds": list(kinds)},
            handler="cluster_remains.handler",
            description="Waits until nothing is left that controllers of a cluster made",
            timeout=Duration.minutes(15),
            statements=[
                iam.PolicyStatement(
                    actions=[
                        "ec2:DescribeNetworkInterfaces",
                        "ec2:DescribeSecurityGroups",
                        "ec2:DescribeVolumes",
                        "elasticloadbalancing:DescribeLoadBalancers",
                        "elasticloadbalancing:DescribeTags",
                    ],
                    resources=["*"],
                ),
                *(
                    iam.PolicyStatement(
                        actions=[action],
                        resources=[pattern],
                        conditions={"StringEquals": {f"aws:ResourceTag/{tag}": cluster_name}},
                    )
                    for _, action, pattern, tag in deleted
                ),
            ],
            wildcards={
                "*": "Descriptions know no resources.",
                **{pattern: NAMES_UNKNOWN for _, _, pattern, _ in deleted},
            },
            key=key,
        )
