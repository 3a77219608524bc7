"""The security group that a VPC brings along."""

from aws_cdk import Acknowledgment, Aws, CustomResource, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.custom_resource_handler import CustomResourceHandler


class ClosedDefaultSecurityGroup(Construct):
    """Custom::ClosedDefaultSecurityGroup: the VPC's default group has no rule left.

    A handler of ours, because the library's (feature flag `restrictDefaultSecurityGroup`) needs `ec2.Vpc`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc_id: str, key: kms.IKey | None = None
    ) -> None:
        """`key` encrypts the function's log. Left out: CloudWatch's own does."""
        super().__init__(scope, construct_id)
        handler = CustomResourceHandler.of(
            self,
            "default_security_group.handler",
            description="Takes the rules off the default security group",
            timeout=Duration.minutes(1),
            encryption_key=key,
        )
        in_this_account = f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        permissions = iam.Policy(
            self,
            "Permissions",
            roles=[handler.role],
            statements=[
                iam.PolicyStatement(actions=["ec2:DescribeSecurityGroups"], resources=["*"]),
                iam.PolicyStatement(
                    actions=["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
                    resources=[f"{in_this_account}:security-group/*"],
                    conditions={"ArnEquals": {"ec2:Vpc": f"{in_this_account}:vpc/{vpc_id}"}},
                ),
            ],
        )
        Validations.of(permissions).acknowledge(
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="ec2:DescribeSecurityGroups knows no resources; it reads, and changes nothing.",
            ),
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:security-group/*]",
                reason="Its id is unknown before the VPC exists; the condition on ec2:Vpc narrows it to this VPC.",
            ),
        )
        CustomResource(
            self,
            "Resource",
            resource_type="Custom::ClosedDefaultSecurityGroup",
            service_token=handler.service_token,
            properties={"VpcId": vpc_id},
        ).node.add_dependency(permissions)
