"""A VPC whose tiers have the CIDRs that a document gives them."""

from collections.abc import Sequence

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class TieredVpc(Construct):
    """A VPC with one public and one private subnet per zone; `vpc`, closed; `resource`.

    L1 and single subnets, because `ec2.Vpc` lays its subnets out one after the other, and a document may not.
    No subnet gives out public addresses. A gateway endpoint keeps traffic to Amazon S3 inside.
    Network ACLs stay as AWS makes them (all open): they know ranges, not groups, and would have to open all ports of
    answers; the security groups say who reaches whom.
    """

    vpc: ec2.IVpc
    resource: ec2.CfnVPC

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cidr: str,
        public: Sequence[str],
        private: Sequence[str],
        availability_zones: Sequence[str] | None,
        nat_gateways: int,
    ) -> None:
        """`public`, `private`: a range per zone. `availability_zones` left out: the first zones of the region.

        `nat_gateways`: 0 (private subnets reach nothing outside), 1, or one per zone.
        """
        super().__init__(scope, construct_id)
        zones = list(availability_zones or [Fn.select(index, Fn.get_azs()) for index in range(len(public))])
        vpc = self.resource = ec2.CfnVPC(
            self, "Resource", cidr_block=cidr, enable_dns_hostnames=True, enable_dns_support=True
        )
        publics = self._public_subnets(vpc, public, zones)
        privates = [
            ec2.PrivateSubnet(
                self,
                f"Private{index + 1}",
                vpc_id=vpc.ref,
                cidr_block=block,
                availability_zone=zones[index],
                map_public_ip_on_launch=False,
            )
            for index, block in enumerate(private)
        ]
        gateways = [publics[index].add_nat_gateway() for index in range(nat_gateways)]
        for index, subnet in enumerate(privates if gateways else []):
            subnet.add_default_nat_route(gateways[index % len(gateways)].ref)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Closed",
            vpc_id=vpc.ref,
            vpc_cidr_block=cidr,
            availability_zones=zones,
            public_subnet_ids=[subnet.subnet_id for subnet in publics],
            public_subnet_route_table_ids=[subnet.route_table.route_table_id for subnet in publics],
            private_subnet_ids=[subnet.subnet_id for subnet in privates],
            private_subnet_route_table_ids=[subnet.route_table.route_table_id for subnet in privates],
        )
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)

    def _public_subnets(
        self, vpc: ec2.CfnVPC, blocks: Sequence[str], zones: Sequence[str]
    ) -> list[ec2.PublicSubnet]:
        gateway = ec2.CfnInternetGateway(self, "InternetGateway")
        attachment = ec2.CfnVPCGatewayAttachment(
            self, "InternetGatewayAttachment", vpc_id=vpc.ref, internet_gateway_id=gateway.ref
        )
        subnets = []
        for index, block in enumerate(blocks):
            subnet = ec2.PublicSubnet(
                self,
                f"Public{index + 1}",
                vpc_id=vpc.ref,
                cidr_block=block,
                availability_zone=zones[index],
                map_public_ip_on_launch=False,
            )
            subnet.add_default_internet_route(gateway.ref, attachment)
            subnets.append(subnet)
        return subnets
