"""The VPC of a deployment."""

from aws_cdk import Acknowledgment, NestedStack, Tags, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.network.closed_default_security_group import ClosedDefaultSecurityGroup
from constructs.network.interface_endpoints import SESSIONS, TASKS, InterfaceEndpoints
from constructs.network.tiered_vpc import TieredVpc
from constructs.observability.encrypted_log_group import EncryptedLogGroup
from constructs.security.deployment_key import DeploymentKey
from settings.network import NetworkSettings


class Network(NestedStack):
    """`vpc`, new: public subnets for load balancer and NAT gateways, private ones for everything else.

    `key`: encrypts logs, here and in stacks that have no other use for a key.
    """

    vpc: ec2.IVpc
    key: kms.IKey

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: NetworkSettings,
        log_retention_days: int,
        keep_data: bool,
        bedrock: bool = False,
        execute_command: bool = False,
        kubernetes: bool = False,
    ) -> None:
        """`log_retention_days` may be a token.

        `bedrock`, `execute_command`: interface endpoints, where there are any, include what tasks need for it.
        `kubernetes`: subnets say for which load balancers of a cluster they are.
        """
        super().__init__(scope, construct_id, description="VPC, subnets, NAT gateways, endpoints, flow logs")
        zones = len(settings.public_subnets)
        tiers = TieredVpc(
            self,
            "Vpc",
            cidr=settings.cidr,
            public=settings.public_subnets,
            private=settings.private_subnets,
            availability_zones=settings.availability_zones,
            nat_gateways={"nat": zones, "single_nat": 1, "isolated": 0}[settings.egress],
        )
        self.vpc = tiers.vpc
        if kubernetes:
            _tag_for_load_balancers(tiers)
        self.key = DeploymentKey(
            self, "Key", description="Logs of the network", keep_data=keep_data, logs_access=True
        ).key
        ClosedDefaultSecurityGroup(self, "DefaultSecurityGroup", vpc_id=self.vpc.vpc_id, key=self.key)
        if settings.egress == "isolated" or settings.interface_endpoints:
            InterfaceEndpoints(
                self,
                "Endpoints",
                vpc=self.vpc,
                cidr=settings.cidr,
                services=(
                    *TASKS,
                    *(SESSIONS if execute_command else ()),
                    *(("BedrockRuntime",) if bedrock else ()),
                ),
            )
        if settings.flow_logs:
            self._log_flows(log_retention_days, keep_data)
        else:
            Validations.of(tiers.resource).acknowledge(
                Acknowledgment(id="AwsSolutions-VPC7", reason="The deployment file says flow_logs: false.")
            )

    def _log_flows(self, retention_days: int, keep_data: bool) -> None:
        log = EncryptedLogGroup(
            self, "FlowLog", key=self.key, retention_days=retention_days, keep_data=keep_data
        ).log_group
        ec2.FlowLog(
            self,
            "Flows",
            resource_type=ec2.FlowLogResourceType.from_vpc(self.vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )


def _tag_for_load_balancers(tiers: TieredVpc) -> None:
    """The AWS Load Balancer Controller finds subnets by these tags."""
    for subnet in tiers.node.children:
        if isinstance(subnet, ec2.PublicSubnet):
            Tags.of(subnet).add("kubernetes.io/role/elb", "1")
        elif isinstance(subnet, ec2.PrivateSubnet):
            Tags.of(subnet).add("kubernetes.io/role/internal-elb", "1")
