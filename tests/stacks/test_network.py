"""Facts of the network stack, one by one."""

import json
from functools import cache
from typing import Any, cast

import pytest
from aws_cdk import App, CfnParameter, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Annotations, Match, Template
from cdk_nag import AwsSolutionsChecks

from constructs.network.existing_vpc import existing_vpc
from settings.network import NetworkSettings
from stacks.network import Network

VARIANTS = {
    "nat": NetworkSettings(),
    "single_nat": NetworkSettings(egress="single_nat"),
    "isolated": NetworkSettings(egress="isolated"),
    "endpoints": NetworkSettings(interface_endpoints=True),
    "isolated_with_bedrock": NetworkSettings(egress="isolated"),
    "isolated_with_sessions": NetworkSettings(egress="isolated"),
    "no_flow_logs": NetworkSettings(flow_logs=False),
    "named_zones": NetworkSettings(availability_zones=("eu-west-1b", "eu-west-1c")),
}


@cache
def template(variant: str) -> Template:
    app = App()
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = Stack(app, "Test")
    days = CfnParameter(stack, "LogRetentionDays", type="Number", default=90)
    network = Network(
        stack,
        "Network",
        settings=VARIANTS[variant],
        log_retention_days=cast(int, days.value_as_number),  # a token, as the system hands it over
        keep_data=True,
        bedrock=variant == "isolated_with_bedrock",
        execute_command=variant == "isolated_with_sessions",
    )
    return Template.from_stack(network)


def properties(variant: str, kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in template(variant).find_resources(kind).values()]


def logical_ids(variant: str, kind: str) -> set[str]:
    return set(template(variant).find_resources(kind))


def routes_outward(variant: str, through: str) -> int:
    return sum(
        route.get("DestinationCidrBlock") == "0.0.0.0/0" and through in route
        for route in properties(variant, "AWS::EC2::Route")
    )


@pytest.mark.row("C1", "F1")
def test_vpc_has_the_range_of_the_document() -> None:
    [vpc] = properties("nat", "AWS::EC2::VPC")
    assert vpc["CidrBlock"] == "10.0.0.0/16"


@pytest.mark.row("C1", "F1")
def test_subnets_have_the_ranges_of_the_document() -> None:
    blocks = {subnet["CidrBlock"] for subnet in properties("nat", "AWS::EC2::Subnet")}
    assert blocks == {"10.0.1.0/24", "10.0.2.0/24", "10.0.11.0/24", "10.0.12.0/24"}


@pytest.mark.row("C1", "F1")
def test_each_tier_spans_two_zones() -> None:
    subnets = properties("nat", "AWS::EC2::Subnet")
    zones = {subnet["CidrBlock"]: json.dumps(subnet["AvailabilityZone"]) for subnet in subnets}
    assert zones["10.0.1.0/24"] == zones["10.0.11.0/24"] != zones["10.0.2.0/24"] == zones["10.0.12.0/24"]


def test_zones_can_be_named() -> None:
    zones = {subnet["AvailabilityZone"] for subnet in properties("named_zones", "AWS::EC2::Subnet")}
    assert zones == {"eu-west-1b", "eu-west-1c"}


def test_no_subnet_gives_out_public_addresses() -> None:
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in properties("nat", "AWS::EC2::Subnet"))


@pytest.mark.row("F1")
@pytest.mark.parametrize(("variant", "gateways"), [("nat", 2), ("single_nat", 1), ("isolated", 0)])
def test_nat_gateways_are_as_many_as_egress_says(variant: str, gateways: int) -> None:
    assert len(properties(variant, "AWS::EC2::NatGateway")) == gateways


@pytest.mark.row("C11")
def test_a_single_nat_gateway_serves_both_private_subnets() -> None:
    targets = [
        json.dumps(route["NatGatewayId"])
        for route in properties("single_nat", "AWS::EC2::Route")
        if "NatGatewayId" in route
    ]
    assert len(targets) == 2
    assert len(set(targets)) == 1


@pytest.mark.row("C1", "F1")
@pytest.mark.parametrize("zone", ["1", "2"])
def test_each_private_subnet_goes_out_through_the_gateway_of_its_zone(zone: str) -> None:
    [target] = [
        route["NatGatewayId"]["Ref"]
        for route in properties("nat", "AWS::EC2::Route")
        if f"Private{zone}" in route["RouteTableId"]["Ref"]
    ]
    gateway = template("nat").find_resources("AWS::EC2::NatGateway")[target]
    assert f"Public{zone}" in gateway["Properties"]["SubnetId"]["Ref"]


@pytest.mark.row("C1", "F1")
def test_public_subnets_reach_the_internet_gateway() -> None:
    assert routes_outward("nat", "GatewayId") == 2


@pytest.mark.row("C1")
def test_isolated_private_subnets_have_no_way_out() -> None:
    private = {
        logical_id
        for logical_id in logical_ids("isolated", "AWS::EC2::RouteTable")
        if "Private" in logical_id
    }
    outward = [
        route
        for route in properties("isolated", "AWS::EC2::Route")
        if route.get("DestinationCidrBlock") == "0.0.0.0/0" and route["RouteTableId"]["Ref"] in private
    ]
    assert len(private) == 2
    assert outward == []


@pytest.mark.row("C1")
def test_names_resolve_inside_the_vpc() -> None:
    [vpc] = properties("nat", "AWS::EC2::VPC")
    assert (vpc["EnableDnsSupport"], vpc["EnableDnsHostnames"]) == (True, True)


@pytest.mark.row("C1", "C11")
def test_nat_alone_pays_for_no_interface_endpoint() -> None:
    assert [e["VpcEndpointType"] for e in properties("nat", "AWS::EC2::VPCEndpoint")] == ["Gateway"]


@pytest.mark.row("F6")
@pytest.mark.parametrize(("variant", "there"), [("isolated_with_bedrock", True), ("isolated", False)])
def test_bedrock_has_an_endpoint_only_where_asked(variant: str, there: bool) -> None:
    names = json.dumps([e["ServiceName"] for e in properties(variant, "AWS::EC2::VPCEndpoint")])
    assert ("bedrock-runtime" in names) is there


@pytest.mark.row("C1")
@pytest.mark.parametrize("service", ["secretsmanager", "logs", "ecr.api", "ecr.dkr", "bedrock-runtime"])
def test_endpoints_let_only_this_account_through(service: str) -> None:
    [endpoint] = [
        e
        for e in properties("isolated_with_bedrock", "AWS::EC2::VPCEndpoint")
        if json.dumps(e["ServiceName"]).rstrip('"]} ').endswith(f".{service}")
    ]
    [statement] = endpoint["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}


@pytest.mark.row("C1")
@pytest.mark.parametrize("variant", ["isolated", "endpoints"])
def test_aws_services_are_reached_through_endpoints(variant: str) -> None:
    names = json.dumps([e["ServiceName"] for e in properties(variant, "AWS::EC2::VPCEndpoint")])
    for service in ("ecr.api", "ecr.dkr", "logs", "secretsmanager"):
        assert f".{service}" in names


@pytest.mark.row("C1", "C11")
@pytest.mark.parametrize("service", ["ssmmessages", "kms"])
@pytest.mark.parametrize(("variant", "there"), [("isolated_with_sessions", True), ("isolated", False)])
def test_sessions_have_endpoints_only_where_execute_command_is_on(
    variant: str, there: bool, service: str
) -> None:
    names = json.dumps([e["ServiceName"] for e in properties(variant, "AWS::EC2::VPCEndpoint")])
    assert (f".{service}" in names) is there


@pytest.mark.row("C1")
@pytest.mark.parametrize("variant", ["nat", "isolated"])
def test_s3_is_reached_through_a_gateway_endpoint_in_every_route_table(variant: str) -> None:
    [gateway] = [e for e in properties(variant, "AWS::EC2::VPCEndpoint") if e["VpcEndpointType"] == "Gateway"]
    assert len(gateway["RouteTableIds"]) == 4


def test_endpoints_take_https_from_the_vpc_alone() -> None:
    [group] = properties("isolated", "AWS::EC2::SecurityGroup")
    [rule] = group["SecurityGroupIngress"]
    assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == ("10.0.0.0/16", 443, 443)


@pytest.mark.row("C1", "C3")
def test_flow_logs_record_everything_into_an_encrypted_group() -> None:
    template("nat").has_resource_properties(
        "AWS::EC2::FlowLog", {"TrafficType": "ALL", "ResourceType": "VPC"}
    )
    template("nat").has_resource("AWS::Logs::LogGroup", {"Properties": {"KmsKeyId": Match.any_value()}})


@pytest.mark.row("C9")
def test_retention_of_flow_logs_is_the_parameter() -> None:
    [retention] = [
        group["Properties"]["RetentionInDays"]
        for name, group in template("nat").find_resources("AWS::Logs::LogGroup").items()
        if name.startswith("FlowLog")
    ]
    assert "LogRetentionDays" in json.dumps(retention)


@pytest.mark.row("C3")
@pytest.mark.parametrize("variant", ["nat", "no_flow_logs"])
def test_logs_of_functions_are_encrypted_with_or_without_flow_logs(variant: str) -> None:
    [group] = [
        group["Properties"]
        for name, group in template(variant).find_resources("AWS::Logs::LogGroup").items()
        if "Handler" in name
    ]
    [key] = logical_ids(variant, "AWS::KMS::Key")
    assert group["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}


def test_flow_logs_can_be_left_out() -> None:
    assert not properties("no_flow_logs", "AWS::EC2::FlowLog")


@pytest.mark.row("C2")
def test_the_default_security_group_is_closed() -> None:
    [closed] = properties("nat", "Custom::ClosedDefaultSecurityGroup")
    assert closed["VpcId"] == {"Ref": next(iter(logical_ids("nat", "AWS::EC2::VPC")))}


@pytest.mark.row("C1")
def test_an_existing_vpc_is_used_by_its_ids_and_adds_nothing() -> None:
    stack = Stack(App(), "Test")
    vpc = existing_vpc(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
        public_subnet_ids=["subnet-3", "subnet-4"],
    )
    private = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
    public = vpc.select_subnets(subnet_type=ec2.SubnetType.PUBLIC)
    assert (private.subnet_ids, public.subnet_ids) == (["subnet-1", "subnet-2"], ["subnet-3", "subnet-4"])
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []
    assert Template.from_stack(stack).to_json().get("Resources", {}) == {}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", ["AWS::EC2::VPC", "AWS::EC2::Subnet"])
def test_no_setting_replaces_vpc_or_subnets(variant: str, kind: str) -> None:
    assert logical_ids(variant, kind) == logical_ids("nat", kind)
