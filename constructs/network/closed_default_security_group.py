"""The security group that a VPC brings along."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.handled_resource import HandledResource


class ClosedDefaultSecurityGroup(HandledResource):
    """Custom::ClosedDefaultSecurityGroup: the VPC's default group has no rule left.

    A handler of ours, because the library's (feature flag `restrictDefaultSecurityGroup`) needs `ec2.Vpc`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, vpc_id: str, key: kms.IKey) -> None:
        """`key` encrypts the function's log."""
        in_this_account = f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        groups = f"{in_this_account}:security-group/*"
        super().__init__(
            scope,
            construct_id,
            resource_type="Custom::ClosedDefaultSecurityGroup",
            properties={"VpcId": vpc_id},
            handler="default_security_group.handler",
            description="Takes the rules off the default security group",
            timeout=Duration.minutes(1),
            statements=[
                iam.PolicyStatement(actions=["ec2:DescribeSecurityGroups"], resources=["*"]),
                iam.PolicyStatement(
                    actions=["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
                    resources=[groups],
                    conditions={"ArnEquals": {"ec2:Vpc": f"{in_this_account}:vpc/{vpc_id}"}},
                ),
            ],
            wildcards={
                "*": "ec2:DescribeSecurityGroups knows no resources; it reads, and changes nothing.",
                groups: "Its id is unknown before the VPC exists; the condition on ec2:Vpc narrows it to this VPC.",
            },
            key=key,
        )
