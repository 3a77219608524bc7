"""A VPC that somebody else owns."""

from collections.abc import Sequence

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


def existing_vpc(
    scope: Construct,
    construct_id: str,
    *,
    vpc_id: str,
    availability_zones: Sequence[str],
    private_subnet_ids: Sequence[str],
    public_subnet_ids: Sequence[str] = (),
) -> ec2.IVpc:
    """The VPC by its ids, in the order of the zones; nothing is looked up and nothing in it is changed."""
    vpc = ec2.Vpc.from_vpc_attributes(
        scope,
        construct_id,
        vpc_id=vpc_id,
        availability_zones=list(availability_zones),
        private_subnet_ids=list(private_subnet_ids),
        public_subnet_ids=list(public_subnet_ids) or None,
    )
    Annotations.of(vpc).acknowledge_warning(
        "@aws-cdk/aws-ec2:noSubnetRouteTableId", "Routes are the owner's; nothing here reads a route table."
    )
    return vpc
