"""What the root stack of every system has."""

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Environment, Stack, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.network.existing_vpc import existing_vpc
from settings.deployment import AwsDeployment
from stacks.network import Network


class RootStack(Stack):
    """One deployment: where it belongs, its tags, and the network that all else stands in."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: AwsDeployment, title: str) -> None:
        """`title`: the system and what it runs on, as the console shows it."""
        super().__init__(
            scope,
            construct_id,
            description=f"{title}: {settings.name} ({settings.environment})",
            env=Environment(account=settings.account, region=settings.region),
            termination_protection=settings.termination_protection,
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        for key, value in {"pergola:deployment": settings.name, **settings.tags}.items():
            # CloudFormation hands a nested stack's tags on to everything in it.
            Tags.of(self).add(key, value, include_resource_types=["AWS::CloudFormation::Stack"])

    def _network(
        self,
        settings: AwsDeployment,
        *,
        log_retention_days: int,
        bedrock: bool = False,
        execute_command: bool = False,
        kubernetes: bool = False,
    ) -> tuple[ec2.IVpc, kms.IKey | None]:
        """The VPC, and the key of its logs where it is ours; the arguments are those of `Network`."""
        if (existing := settings.network.existing) is not None:
            vpc = existing_vpc(
                self,
                "ExistingVpc",
                vpc_id=existing.vpc_id,
                availability_zones=existing.availability_zones,
                public_subnet_ids=existing.public_subnet_ids,
                private_subnet_ids=existing.private_subnet_ids,
            )
            return vpc, None
        network = Network(
            self,
            "Network",
            settings=settings.network,
            log_retention_days=log_retention_days,
            keep_data=settings.keep_data,
            bedrock=bedrock,
            execute_command=execute_command,
            kubernetes=kubernetes,
        )
        return network.vpc, network.key

    def add_output(self, output_id: str, value: str, description: str) -> None:
        """An output of the deployment, as `describe-stacks` prints it."""
        CfnOutput(self, output_id, value=value, description=description)
