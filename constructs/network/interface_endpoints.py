"""AWS services inside a VPC."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

SERVICES = {
    "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrDocker": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "SecretsManager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "Ssm": ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES,
    "Kms": ec2.InterfaceVpcEndpointAwsService.KMS,
    "BedrockRuntime": ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME,
}
TASKS = ("EcrApi", "EcrDocker", "Logs", "SecretsManager")
"""What any task on Fargate calls: images, logs, secrets.

Neither Amazon EFS nor KMS nor the Data API: files come from mount targets in the VPC, Secrets Manager decrypts on its
side, and our handlers run outside the VPC.
"""
SESSIONS = ("Ssm", "Kms")
"""What the agent in a task calls for `execute-command`: it opens the session, and decrypts its key itself."""
WITHOUT_POLICY = ("Ssm",)
"""A session carries a token in place of an identity."""


class InterfaceEndpoints(Construct):
    """An endpoint per service in the private subnets, under one security group that takes HTTPS from the VPC alone.

    Each lets only identities of this account through, so that nobody carries data out with credentials of another one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        cidr: str,
        services: Sequence[str] = TASKS,
    ) -> None:
        """`cidr`: range of the VPC. `services`: keys of `SERVICES`."""
        super().__init__(scope, construct_id)
        group = ec2.SecurityGroup(
            self, "Group", vpc=vpc, description="Interface endpoints", allow_all_outbound=False
        )
        group.add_ingress_rule(ec2.Peer.ipv4(cidr), ec2.Port.HTTPS, "HTTPS from the VPC")
        for name in services:
            endpoint = vpc.add_interface_endpoint(
                name,
                service=SERVICES[name],
                subnets=ec2.SubnetSelection(subnets=vpc.private_subnets),
                security_groups=[group],
                open=False,
            )
            if name not in WITHOUT_POLICY:
                endpoint.add_to_policy(
                    iam.PolicyStatement(
                        principals=[iam.AnyPrincipal()],
                        actions=["*"],
                        resources=["*"],
                        conditions={"StringEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID}},
                    )
                )
