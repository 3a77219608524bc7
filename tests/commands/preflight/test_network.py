"""Zones, and a VPC that exists."""

from typing import Any

from commands.preflight.checks import given_routes, given_vpc, zones
from commands.preflight.needs import Needs
from settings.network import ExistingVpc, NetworkSettings
from tests.commands.preflight.stubbed import REGION, Stubbed, check, lines, needs

VPC, PUBLIC, PRIVATE = "vpc-0a", ("subnet-0a", "subnet-0b"), ("subnet-1a", "subnet-1b")
GIVEN: dict[str, dict[str, Any]] = {
    "Balancer": {
        "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Properties": {"Scheme": "internet-facing", "Subnets": list(PUBLIC)},
    },
    "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": VPC}},
    "Subnets": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": {"SubnetIds": list(PRIVATE)}},
    "Writer": {"Type": "AWS::RDS::DBInstance", "Properties": {}},
    "Target": {"Type": "AWS::EFS::MountTarget", "Properties": {"SubnetId": PRIVATE[0]}},
}


def subnet(id_: str, zone: str, *, free: int = 200, vpc: str = VPC) -> dict[str, Any]:
    return {
        "SubnetId": id_,
        "VpcId": vpc,
        "AvailabilityZone": f"{REGION}{zone}",
        "AvailableIpAddressCount": free,
        "CidrBlock": "10.0.0.0/24",
    }


def subnets(**other: dict[str, Any]) -> dict[str, Any]:
    usual = {id_: subnet(id_, id_[-1]) for id_ in (*PUBLIC, *PRIVATE)}
    return {"Subnets": [*{**usual, **{each["SubnetId"]: each for each in other.values()}}.values()]}


def looked_at(answer: dict[str, Any], wanted: Needs | None = None) -> list[str]:
    stubbed = Stubbed()
    stubbed.answers("ec2", "describe_subnets", answer)
    return lines(stubbed.look(check(given_vpc.CHECKS, "given subnets"), wanted or needs(GIVEN)))


def test_subnets_with_room_in_two_zones() -> None:
    assert looked_at(subnets()) == ["ok: 4 in eu-west-1a, eu-west-1b"]


def test_subnet_that_is_not_there() -> None:
    answer = {"Subnets": subnets()["Subnets"][:3]}
    assert looked_at(answer) == ["failed: subnet-1b: not in eu-west-1"]


def test_subnet_of_another_vpc() -> None:
    assert looked_at(subnets(one=subnet("subnet-1b", "b", vpc="vpc-0f"))) == [
        "failed: subnet-1b: not in vpc-0a"
    ]


def test_two_subnets_in_one_zone() -> None:
    assert looked_at(subnets(one=subnet("subnet-1b", "a"))) == [
        "failed: the private ones are 2 in eu-west-1a"
    ]


def test_zones_in_another_order_than_the_file_says() -> None:
    existing = ExistingVpc(
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=(f"{REGION}b", f"{REGION}a"),
        private_subnet_ids=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
    ).model_copy(update={"private_subnet_ids": PRIVATE})
    wanted = needs(GIVEN, settings={"network": NetworkSettings(existing=existing)})
    first, second = looked_at(subnets(), wanted)
    assert first == "failed: subnet-1a is in eu-west-1a, and the deployment file says eu-west-1b"
    assert second.startswith("failed: subnet-1b is in eu-west-1b")


def test_full_subnets() -> None:
    full = {"one": subnet("subnet-0a", "a", free=7), "two": subnet("subnet-1a", "a", free=1)}
    public, private = looked_at(subnets(**full))
    assert "subnet-0a (10.0.0.0/24) has 7 free addresses, and 8 are needed" in public
    assert "subnet-1a (10.0.0.0/24) has 1 free addresses, and 2 are needed" in private


def test_vpc_without_host_names() -> None:
    stubbed = Stubbed()
    stubbed.answers("ec2", "describe_vpcs", {"Vpcs": [{"VpcId": VPC}]}, VpcIds=[VPC])
    stubbed.answers("ec2", "describe_vpc_attribute", {"EnableDnsSupport": {"Value": True}})
    stubbed.answers("ec2", "describe_vpc_attribute", {"EnableDnsHostnames": {"Value": False}})
    [found] = stubbed.look(check(given_vpc.CHECKS, "given VPC"), needs(GIVEN))
    assert found.found.startswith("vpc-0a has enableDnsHostnames off")
    assert found.remedy == "aws ec2 modify-vpc-attribute --vpc-id vpc-0a --enable-dns-hostnames"


def test_vpc_that_is_not_there() -> None:
    stubbed = Stubbed()
    stubbed.refuses("ec2", "describe_vpcs", "InvalidVpcID.NotFound")
    found = stubbed.look(check(given_vpc.CHECKS, "given VPC"), needs(GIVEN))
    assert lines(found) == ["failed: vpc-0a is not in 111122223333 in eu-west-1"]


def table(subnets: tuple[str, ...], **way: str) -> dict[str, Any]:
    route = {"DestinationCidrBlock": "0.0.0.0/0", **way}
    return {"Associations": [{"SubnetId": each} for each in subnets], "Routes": [route] if way else []}


def routed(
    *tables: dict[str, Any], wanted: Needs | None = None, endpoints: tuple[str, ...] = ()
) -> list[str]:
    stubbed = Stubbed()
    stubbed.answers("ec2", "describe_route_tables", {"RouteTables": list(tables)})
    if wanted is not None:
        answer = {"VpcEndpoints": [{"ServiceName": f"com.amazonaws.{REGION}.{each}"} for each in endpoints]}
        stubbed.answers("ec2", "describe_vpc_endpoints", answer)
    return lines(stubbed.look(check(given_routes.CHECKS, "routes of given subnets"), wanted or needs(GIVEN)))


def test_each_tier_has_its_way_out() -> None:
    found = routed(table(PUBLIC, GatewayId="igw-1"), table(PRIVATE, NatGatewayId="nat-1"))
    assert found == ["ok: each has the way out that its tier needs"]


def test_private_subnet_routed_to_an_internet_gateway_and_public_one_to_nat() -> None:
    found = routed(table(PUBLIC, NatGatewayId="nat-1"), table(PRIVATE, GatewayId="igw-1"))
    assert found[0] == "failed: subnet-0a is to be public, and its way out is nat-1"
    assert (
        found[2]
        == "failed: subnet-1a is private, and its way out is igw-1, which takes no private address along"
    )


def test_route_into_nothing_is_none() -> None:
    main = table((), NatGatewayId="nat-1", State="blackhole")
    main["Associations"] = [{"Main": True}]
    found = routed(table(PUBLIC, GatewayId="igw-1"), main)
    assert found[0] == "failed: subnet-1a is private, and its way out is none"


def test_isolated_subnets_need_endpoints() -> None:
    resources = {**GIVEN, "Service": {"Type": "AWS::ECS::Service", "Properties": {}}}
    wanted = needs(resources, settings={"network": NetworkSettings(egress="isolated")})
    ways = (table(PUBLIC, GatewayId="igw-1"), table(PRIVATE))
    [lacking] = routed(*ways, wanted=wanted, endpoints=("logs", "ecr.api", "ecr.dkr"))
    assert lacking == "failed: no way out, and no endpoint for secretsmanager, s3 in vpc-0a"
    assert routed(*ways, wanted=wanted, endpoints=given_routes.TASK_SERVICES)[0].startswith("ok")


def subnet_in(index: int) -> dict[str, Any]:
    zone = {"Fn::Select": [index, {"Fn::GetAZs": ""}]}
    return {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": zone}}


def zoned(wanted: Needs) -> list[str]:
    stubbed = Stubbed()
    there = [
        {"ZoneName": f"{REGION}{each}", "ZoneId": f"use1-az{n}", "State": "available"}
        for n, each in enumerate("abc", 1)
    ]
    stubbed.answers("ec2", "describe_availability_zones", {"AvailabilityZones": there})
    return lines(stubbed.look(check(zones.CHECKS, "availability zones"), wanted))


def test_zones_are_there() -> None:
    assert zoned(needs({"A": subnet_in(0), "B": subnet_in(1)})) == ["ok: eu-west-1a, eu-west-1b"]


def test_region_with_too_few_zones() -> None:
    assert zoned(needs({"A": subnet_in(3)})) == ["failed: eu-west-1 has 3, and the subnets need more"]


def test_named_zone_of_nobody() -> None:
    own = {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": f"{REGION}z"}}
    assert zoned(needs({"A": own}))[0].startswith("failed: eu-west-1z cannot be used")


def test_zone_that_a_service_leaves_out() -> None:
    both = {"C": subnet_in(2), "Origin": {"Type": "AWS::CloudFront::VpcOrigin"}}
    assert zoned(needs(both))[1] == "failed: eu-west-1c (use1-az3) is not for CloudFront's VPC origins"
    assert len(zoned(needs({"C": subnet_in(2)}))) == 1
