"""Service quotas: what is needed, what is used, what is allowed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from commands.account.deployed import Resource
from commands.preflight.capacity import fargate_tasks
from commands.preflight.checks import quotas
from commands.preflight.needs import Needs
from commands.preflight.quota_table import quotas as table
from tests.commands.preflight.stubbed import REGION, Stubbed, check, lines, needs

VPC = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {}}}
SERVICE: dict[str, dict[str, Any]] = {
    "Service": {
        "Type": "AWS::ECS::Service",
        "Properties": {
            "TaskDefinition": {"Ref": "Definition"},
            "DeploymentConfiguration": {"MaximumPercent": 100},
            "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE", "Weight": 1}],
        },
    },
    "Definition": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Cpu": {"Ref": "TaskCpu"}}},
    "Target": {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "MaxCapacity": {"Ref": "MaxTasks"},
            "ResourceId": {"Fn::Join": ["", ["service/x/", {"Fn::GetAtt": ["Service", "Name"]}]]},
        },
    },
}
PARAMETERS = {"TaskCpu": {"Default": "2048"}, "MaxTasks": {"Default": 4}}


def quota(value: float, **more: Any) -> dict[str, Any]:
    return {"Quota": {"Value": value, "Adjustable": True, **more}}


def vpcs(stubbed: Stubbed, wanted: Needs, *, used: int) -> list[str]:
    stubbed.answers("ec2", "describe_vpcs", {"Vpcs": [{"VpcId": f"vpc-{n}"} for n in range(used)]})
    return lines(stubbed.look(check(quotas.CHECKS, "quota: VPCs"), wanted))


def test_one_more_vpc_fits() -> None:
    stubbed = Stubbed()
    stubbed.answers(
        "service-quotas", "get_service_quota", quota(5), ServiceCode="vpc", QuotaCode="L-F678F1CE"
    )
    assert vpcs(stubbed, needs(VPC), used=4) == ["ok: 5, 4 used, 1 more are needed"]


def test_quota_that_is_used_up_names_the_request() -> None:
    stubbed = Stubbed()
    stubbed.answers("service-quotas", "get_service_quota", quota(5))
    stubbed.answers("ec2", "describe_vpcs", {"Vpcs": [{}] * 5})
    [found] = stubbed.look(check(quotas.CHECKS, "quota: VPCs"), needs(VPC))
    assert found.outcome == "failed"
    assert "--service-code vpc --quota-code L-F678F1CE --desired-value 6 --region eu-west-1" in found.remedy


def test_quota_that_nobody_changed_has_its_default() -> None:
    stubbed = Stubbed()
    stubbed.refuses("service-quotas", "get_service_quota", "NoSuchResourceException")
    stubbed.answers("service-quotas", "get_aws_default_service_quota", quota(5))
    assert vpcs(stubbed, needs(VPC), used=0) == ["ok: 5, 0 used, 1 more are needed"]


def test_what_this_very_stack_made_needs_no_more() -> None:
    made = {"Vpc": Resource(kind="AWS::EC2::VPC", physical_id="vpc-1")}
    assert Stubbed().look(check(quotas.CHECKS, "quota: VPCs"), needs(VPC, made=made)) == []


def metric(stubbed: Stubbed, *, allowed: float, used: float | None) -> None:
    usage = {
        "MetricNamespace": "AWS/Usage",
        "MetricName": "ResourceCount",
        "MetricDimensions": {"Service": "Fargate"},
        "MetricStatisticRecommendation": "Maximum",
    }
    points = [] if used is None else [{"Timestamp": datetime(2026, 1, 1, tzinfo=UTC), "Maximum": used}]
    stubbed.answers("service-quotas", "get_service_quota", quota(allowed, UsageMetric=usage))
    stubbed.answers("cloudwatch", "get_metric_statistics", {"Datapoints": points})


def test_fargate_at_its_most_against_the_usage_metric() -> None:
    wanted = needs(SERVICE, Parameters=PARAMETERS)
    fargate = check(quotas.CHECKS, "quota: vCPU of Fargate")
    for allowed, used, said in (
        (8, None, "ok: 8, 0 used, 8 more are needed"),
        (8, 1, "failed: 8, 1 used, 8 more"),
    ):
        stubbed = Stubbed()
        metric(stubbed, allowed=allowed, used=used)
        assert lines(stubbed.look(fargate, wanted))[0].startswith(said)
    assert Stubbed().look(check(quotas.CHECKS, "quota: vCPU of Fargate Spot"), wanted) == []


def test_tasks_that_run_already_are_not_counted_twice() -> None:
    arn = f"arn:aws:ecs:{REGION}:111122223333:service/cluster/service"
    stubbed = Stubbed()
    running = {
        "runningCount": 3,
        "taskDefinition": "chat:1",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
    }
    stubbed.answers("ecs", "describe_services", {"services": [running]}, cluster="cluster", services=[arn])
    stubbed.answers("ecs", "describe_task_definition", {"taskDefinition": {"cpu": "2048"}})
    metric(stubbed, allowed=8, used=6)
    made = {"Service": Resource(kind="AWS::ECS::Service", physical_id=arn)}
    found = stubbed.look(
        check(quotas.CHECKS, "quota: vCPU of Fargate"), needs(SERVICE, made=made, Parameters=PARAMETERS)
    )
    assert lines(found) == ["ok: 8, 6 used, 2 more are needed"]


def test_surge_of_a_deployment_is_counted() -> None:
    rolling = {**SERVICE["Service"]["Properties"], "DeploymentConfiguration": {"MaximumPercent": 200}}
    resources = {**SERVICE, "Service": {"Type": "AWS::ECS::Service", "Properties": rolling}}
    [service] = fargate_tasks(needs(resources, Parameters=PARAMETERS))
    assert (service.tasks, service.vcpu_each) == (8, 2)


def test_nat_gateways_are_counted_by_zone() -> None:
    resources = {
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": f"{REGION}a"}},
        "Gateway": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "Subnet"}}},
    }
    stubbed = Stubbed()
    stubbed.answers("service-quotas", "get_service_quota", quota(5))
    zones = [{"SubnetId": f"subnet-{each}", "AvailabilityZone": f"{REGION}{each}"} for each in "ab"]
    stubbed.answers("ec2", "describe_subnets", {"Subnets": zones})
    there = [{"SubnetId": "subnet-a"}] * 2 + [{"SubnetId": "subnet-b"}] * 5
    stubbed.answers("ec2", "describe_nat_gateways", {"NatGateways": there})
    found = stubbed.look(check(quotas.CHECKS, "quota: NAT gateways in the fullest zone"), needs(resources))
    assert lines(found) == ["ok: 5, 2 used, 1 more are needed"]


def test_prefix_list_of_cloudfront_counts_for_its_addresses() -> None:
    rule = {"SourcePrefixListId": {"Fn::GetAtt": ["List", "PrefixListId"]}}
    own = {"CidrIp": "10.0.0.0/8"}
    apart = {"GroupId": {"Fn::GetAtt": ["Group", "GroupId"]}, **own}
    resources = {
        "List": {
            "Type": "Custom::ManagedPrefixList",
            "Properties": {"PrefixListName": "com.amazonaws.global.cloudfront.origin-facing"},
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"SecurityGroupIngress": [rule, *[own] * 5]},
        },
        "Apart": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": apart},
    }
    stubbed = Stubbed()
    stubbed.answers("service-quotas", "get_service_quota", quota(60))
    found = stubbed.look(check(quotas.CHECKS, "quota: rules of the largest security group"), needs(resources))
    assert lines(found) == ["failed: 60, 0 used, 61 more are needed"]


def test_node_group_takes_the_vcpu_of_its_type_at_its_most() -> None:
    group = {"InstanceTypes": ["t3a.large"], "ScalingConfig": {"MaxSize": 4}}
    stubbed = Stubbed()
    types = [{"InstanceType": "t3a.large", "VCpuInfo": {"DefaultVCpus": 2}}]
    stubbed.answers("ec2", "describe_instance_types", {"InstanceTypes": types}, InstanceTypes=["t3a.large"])
    stubbed.answers(
        "service-quotas", "get_service_quota", quota(5), ServiceCode="ec2", QuotaCode="L-1216C47A"
    )
    wanted = needs({"Nodes": {"Type": "AWS::EKS::Nodegroup", "Properties": group}})
    found = stubbed.look(check(quotas.CHECKS, "quota: vCPU of EC2"), wanted)
    assert [each.name for each in found] == ["quota: vCPU of Standard instances on demand"]
    assert lines(found) == ["failed: 5, 0 used, 8 more are needed"]


def test_group_of_instances_finds_its_type_in_the_launch_template() -> None:
    resources = {
        "Servers": {
            "Type": "AWS::AutoScaling::AutoScalingGroup",
            "Properties": {"MaxSize": "3", "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}}},
        },
        "Template": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": {"InstanceType": {"Ref": "Type"}}},
        },
    }
    stubbed = Stubbed()
    types = [{"InstanceType": "g6.xlarge", "VCpuInfo": {"DefaultVCpus": 4}}]
    stubbed.answers("ec2", "describe_instance_types", {"InstanceTypes": types})
    stubbed.answers(
        "service-quotas", "get_service_quota", quota(0), ServiceCode="ec2", QuotaCode="L-DB2E81BA"
    )
    wanted = needs(resources, Parameters={"Type": {"Default": "g6.xlarge"}})
    found = stubbed.look(check(quotas.CHECKS, "quota: vCPU of EC2"), wanted)
    assert [each.name for each in found] == ["quota: vCPU of G and VT instances on demand"]


def test_quota_without_a_code_has_the_documented_number() -> None:
    stubbed = Stubbed()
    stubbed.answers("logs", "describe_resource_policies", {"resourcePolicies": [{}] * 10})
    wanted = needs({"Policy": {"Type": "AWS::Logs::ResourcePolicy", "Properties": {}}})
    [found] = stubbed.look(check(quotas.CHECKS, "quota: log resource policies"), wanted)
    assert (found.outcome, found.remedy) == ("failed", "remove some that nobody uses")


@pytest.mark.parametrize("key", ["code", "name"])
def test_each_quota_stands_once(key: str) -> None:
    known = [getattr(each, key) for each in table() if getattr(each, key)]
    assert len(set(known)) == len(known)


def counted(resources: Mapping[str, Any]) -> dict[str, float]:
    """Every quota that the template alone says something about."""
    wanted = needs(resources)
    return {each.name: count for each in table() if (count := each.needed(wanted))}


def test_open_endpoints_of_one_kind_are_counted() -> None:
    kinds = ({"VpcEndpointType": "Gateway"}, {"VpcEndpointType": "Interface"})
    both = {f"E{n}": {"Type": "AWS::EC2::VPCEndpoint", "Properties": kind} for n, kind in enumerate(kinds)}
    assert counted(both) == {"gateway endpoints": 1}
