"""Facts of the security groups, for the rules that the system writes."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, NestedStack, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from constructs.network.access_rules import Allow, Cidr
from settings.load import load_deployment
from settings.open_webui import OpenWebUIDeployment
from stacks.security_groups import SecurityGroups
from systems.open_webui_access import access_rules

ROOT = Path(__file__).parents[2]
FILES = {
    "certificate": ROOT / "deployments" / "open-webui-prod.yaml",
    "cloudfront": ROOT / "deployments" / "open-webui-dev.yaml",
    "known_addresses": ROOT / "tests" / "deployments" / "existing-vpc.yaml",
    "bedrock": ROOT / "tests" / "deployments" / "every-option.yaml",
}


def stack_of(variant: str) -> tuple[SecurityGroups, ec2.IVpc]:
    deployment = load_deployment(FILES[variant]).deployment
    assert isinstance(deployment, OpenWebUIDeployment)
    app = App()
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))  # findings make the synthesis fail
    root = Stack(app, "Test")
    vpc = ec2.Vpc.from_vpc_attributes(root, "Vpc", vpc_id="vpc-1", availability_zones=["a", "b"])
    rules = access_rules(deployment)
    return SecurityGroups(
        root, "SecurityGroups", vpc=vpc, rules=rules, reach_anywhere=("tasks", "litellm")
    ), vpc


@cache
def template(variant: str) -> dict[str, Any]:
    resources: dict[str, Any] = Template.from_stack(stack_of(variant)[0]).to_json()["Resources"]
    return resources


def group_of(variant: str, text: Any) -> str:
    """The description of the group that a rule names."""
    for logical_id, resource in template(variant).items():
        if resource["Type"] == "AWS::EC2::SecurityGroup" and logical_id in json.dumps(text):
            return str(resource["Properties"]["GroupDescription"])
    raise AssertionError(f"no group in {text}")


def ingress(variant: str) -> set[tuple[str, int, str]]:
    """(to, port, from) of every rule, wherever the CDK writes it."""
    found = set()
    for resource in template(variant).values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::EC2::SecurityGroup":
            rules = properties.get("SecurityGroupIngress", [])
            found |= {
                (properties["GroupDescription"], rule["FromPort"], _source(variant, rule)) for rule in rules
            }
        elif resource["Type"] == "AWS::EC2::SecurityGroupIngress":
            to = group_of(variant, properties["GroupId"])
            found.add((to, properties["FromPort"], _source(variant, properties)))
    return found


def _source(variant: str, rule: dict[str, Any]) -> str:
    if "SourceSecurityGroupId" in rule:
        return group_of(variant, rule["SourceSecurityGroupId"])
    return "prefix list" if "SourcePrefixListId" in rule else str(rule["CidrIp"])


def rules(variant: str) -> list[dict[str, Any]]:
    found = []
    for resource in template(variant).values():
        properties = resource.get("Properties", {})
        if resource["Type"] in ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"):
            found.append(properties)
        for direction in ("SecurityGroupIngress", "SecurityGroupEgress"):
            found += properties.get(direction, [])
    return found


@pytest.mark.row("C2", "F2")
def test_groups_open_what_the_document_says_and_no_more() -> None:
    assert ingress("certificate") == {
        ("Load balancer", 443, "0.0.0.0/0"),
        ("Load balancer", 80, "0.0.0.0/0"),
        ("Tasks", 8080, "Load balancer"),
        ("File system", 2049, "Tasks"),
        ("Database", 5432, "Tasks"),
        ("Cache", 6379, "Tasks"),
    }


@pytest.mark.row("F2")
def test_behind_cloudfront_only_cloudfront_reaches_the_load_balancer() -> None:
    assert {rule for rule in ingress("cloudfront") if rule[0] == "Load balancer"} == {
        ("Load balancer", 80, "prefix list")
    }


@pytest.mark.row("C3")
def test_without_a_key_of_the_network_the_log_of_the_function_gets_one_here() -> None:
    [log] = [r for r in template("cloudfront").values() if r["Type"] == "AWS::Logs::LogGroup"]
    [key] = [name for name, r in template("cloudfront").items() if r["Type"] == "AWS::KMS::Key"]
    assert log["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    assert not [r for r in template("certificate").values() if r["Type"] == "AWS::KMS::Key"]


def test_cloudfronts_prefix_list_is_found_at_deployment() -> None:
    [found] = [r for r in template("cloudfront").values() if r["Type"] == "Custom::ManagedPrefixList"]
    assert found["Properties"]["PrefixListName"] == "com.amazonaws.global.cloudfront.origin-facing"


@pytest.mark.row("F2")
def test_allowed_addresses_replace_the_world() -> None:
    sources = {source for to, _, source in ingress("known_addresses") if to == "Load balancer"}
    assert sources == {"203.0.113.0/24", "198.51.100.0/24"}


def test_one_task_without_a_cache_has_no_rule_for_it() -> None:
    assert "Cache" not in {to for to, _, _ in ingress("cloudfront")}


@pytest.mark.row("F6")
def test_litellm_is_reached_by_tasks_alone() -> None:
    assert {rule for rule in ingress("bedrock") if rule[0] == "Litellm"} == {("Litellm", 4000, "Tasks")}


@pytest.mark.row("C2")
@pytest.mark.parametrize("variant", FILES)
def test_every_rule_has_a_description(variant: str) -> None:
    assert rules(variant)
    assert all(rule.get("Description") for rule in rules(variant))


@pytest.mark.row("F2")
@pytest.mark.parametrize("variant", FILES)
def test_no_rule_names_ipv6(variant: str) -> None:
    assert "CidrIpv6" not in json.dumps(rules(variant))


@pytest.mark.row("C2")
def test_database_and_file_system_connect_to_nothing() -> None:
    for resource in template("certificate").values():
        properties = resource.get("Properties", {})
        if properties.get("GroupDescription") in ("Database", "File system", "Cache"):
            [nothing] = properties["SecurityGroupEgress"]
            assert nothing["CidrIp"] == "255.255.255.255/32"


def test_the_load_balancer_connects_to_tasks_alone() -> None:
    egress = [
        r["Properties"]
        for r in template("certificate").values()
        if r["Type"] == "AWS::EC2::SecurityGroupEgress"
    ]
    [rule] = [each for each in egress if group_of("certificate", each["GroupId"]) == "Load balancer"]
    assert group_of("certificate", rule["DestinationSecurityGroupId"]) == "Tasks"


def test_another_stack_cannot_add_a_rule() -> None:
    groups, _ = stack_of("certificate")
    before = Template.from_stack(groups).to_json()
    groups, vpc = stack_of("certificate")
    root = groups.nested_stack_parent
    assert root is not None
    other = NestedStack(root, "Other")
    stranger = ec2.SecurityGroup(other, "Stranger", vpc=vpc)
    groups["database"].connections.allow_from(stranger, ec2.Port.tcp(5432))
    groups["database"].add_ingress_rule(ec2.Peer.ipv4("192.0.2.0/24"), ec2.Port.tcp(5432), "stranger")
    groups["database"].add_egress_rule(ec2.Peer.ipv4("192.0.2.0/24"), ec2.Port.tcp(443), "stranger")
    assert Template.from_stack(groups).to_json()["Resources"] == before["Resources"]


@pytest.mark.row("C2", "F2")
@pytest.mark.parametrize(
    "rule",
    [
        Allow(to="database", port=443, source=Cidr(block="0.0.0.0/0"), why="a mistake"),
        Allow(to="load_balancer", port=22, source=Cidr(block="0.0.0.0/0"), why="a mistake"),
    ],
)
def test_the_world_reaches_nothing_but_the_load_balancers_web_ports(rule: Allow) -> None:
    root = Stack(App(), "Test")
    vpc = ec2.Vpc.from_vpc_attributes(root, "Vpc", vpc_id="vpc-1", availability_zones=["a", "b"])
    with pytest.raises(ValueError, match=r"only the load balancer may be, on 443 and 80"):
        SecurityGroups(root, "SecurityGroups", vpc=vpc, rules=[rule])


@pytest.mark.row("C2")
@pytest.mark.parametrize("variant", FILES)
def test_only_tasks_and_the_model_proxy_reach_anywhere(variant: str) -> None:
    reaching = {
        resource["Properties"]["GroupDescription"]
        for resource in template(variant).values()
        if resource["Type"] == "AWS::EC2::SecurityGroup"
        and any(
            rule["CidrIp"] == "0.0.0.0/0" for rule in resource["Properties"].get("SecurityGroupEgress", [])
        )
    }
    assert reaching <= {"Tasks", "Litellm"}
