"""The functions of the CDK that run kubectl and Helm for CloudFormation."""

from aws_cdk import Acknowledgment, Aws, RemovalPolicy, Stack, Validations
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

LOG_DAYS = 30
INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
FRAMEWORK_POLICIES = ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole")


class KubectlRole(Construct):
    """`role`: find the cluster's endpoint, work in the VPC, write a log. What it may do inside is an access entry."""

    role: iam.Role

    def __init__(self, scope: Construct, construct_id: str, *, cluster_name: str) -> None:
        super().__init__(scope, construct_id)
        here = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
        log = f"arn:{Aws.PARTITION}:logs:{here}:log-group:/aws/lambda/*"
        self.role = iam.Role(
            self,
            "Role",
            description="Runs kubectl and Helm for CloudFormation",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                # Inline: Lambda looks for the permissions when it makes the function.
                "Function": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=["eks:DescribeCluster"],
                            resources=[f"arn:{Aws.PARTITION}:eks:{here}:cluster/{cluster_name}"],
                        ),
                        iam.PolicyStatement(actions=list(INTERFACES), resources=["*"]),
                        iam.PolicyStatement(
                            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log]
                        ),
                    ]
                )
            },
        )
        for pattern, reason in (
            (
                "*",
                "The interfaces of a function in a VPC; these actions know no resources that are there before.",
            ),
            (
                "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda/*",
                "The name of the function, and so of its log group, is generated after the role.",
            ),
        ):
            Validations.of(self.role).acknowledge(
                Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{pattern}]", reason=reason)
            )


def settle_kubectl(cluster: eks.Cluster, *, role: KubectlRole, key: kms.IKey) -> None:
    """Give the logs of the provider's functions our key and retention, made before the first manifest is applied."""
    provider = cluster.node.find_child("KubectlProvider")
    barrier = cluster.node.find_child("KubectlReadyBarrier")
    for found in provider.node.find_all():
        if isinstance(found, logs.CfnLogGroup):
            found.kms_key_id = key.key_arn
            found.retention_in_days = LOG_DAYS
            found.apply_removal_policy(RemovalPolicy.DESTROY)
            # A function that runs before makes the group itself, and the stack's own then fails.
            barrier.node.add_dependency(found)
    role.node.try_remove_child("HasEcrPublic")  # a condition of the policies that the role does not take
    _acknowledge(provider)


def _acknowledge(provider: IConstruct) -> None:
    handler = provider.node.find_child("Handler")
    assert isinstance(handler, lambda_.Function)
    resource = handler.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)
    Validations.of(handler).acknowledge(
        Acknowledgment(id="AwsSolutions-L1", reason="The runtime that the CDK tests its handler with.")
    )
    framework = provider.node.find_child("Provider")
    for policy in FRAMEWORK_POLICIES:
        Validations.of(framework).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/{policy}]",
                reason="The CDK's provider framework has this role; it may write its log and work in the VPC.",
            )
        )
    invoked = f"<{Stack.of(handler).get_logical_id(resource)}.Arn>:*"
    Validations.of(framework).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::{invoked}]",
            reason="The provider framework calls this one function in whichever version.",
        )
    )
