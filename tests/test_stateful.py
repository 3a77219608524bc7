"""What holds data keeps its logical ID, and goes or stays on deletion as the preset says.

The committed list is a contract: a changed line means that an update replaces the resource, and its data is lost.
"""

import json
import re
from pathlib import Path

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from commands.assembly import deployments, templates
from commands.stateful import HOLDS_DATA
from tests.conftest import COMMITTED, ROOT

APPLIED_DATA = re.compile(r"kind\W+(Namespace|PersistentVolumeClaim|StatefulSet)\b")
"""Objects that hold data, or whose deletion takes others along that do. A moved logical ID applies the new object and
then deletes the old one by the same name."""
HOLDS_NONE = frozenset(
    {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupSelection",
        "AWS::Backup::RestoreTestingPlan",
        "AWS::Backup::RestoreTestingSelection",
        "AWS::CertificateManager::Certificate",
        "AWS::CloudFront::Distribution",
        "AWS::CloudFront::Function",
        "AWS::CloudFront::VpcOrigin",
        "AWS::CloudTrail::Trail",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::AlarmMuteRule",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Cognito::ManagedLoginBranding",
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolGroup",  # its members are added again; what they wrote is in the database
        "AWS::Cognito::UserPoolIdentityProvider",
        "AWS::Cognito::UserPoolUser",  # invited again by e-mail; what the person wrote is in the database, by address
        "AWS::Cognito::UserPoolUserToGroupAttachment",
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::NatGateway",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::ECS::Cluster",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::EFS::AccessPoint",
        "AWS::EFS::MountTarget",
        "AWS::EKS::AccessEntry",
        "AWS::EKS::Addon",
        "AWS::EKS::Nodegroup",  # volumes of pods are not its own
        "AWS::EKS::PodIdentityAssociation",
        "AWS::ElastiCache::User",
        "AWS::ElastiCache::UserGroup",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::Events::Rule",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Logs::MetricFilter",
        "AWS::Logs::ResourcePolicy",
        "AWS::RDS::DBClusterParameterGroup",
        "AWS::RDS::DBProxy",  # holds connections alone
        "AWS::RDS::DBSubnetGroup",
        "AWS::Route53::RecordSet",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SSM::Parameter",
        "AWS::SecretsManager::RotationSchedule",
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        "AWS::ServiceDiscovery::Service",
        "AWS::WAFv2::LoggingConfiguration",
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
        "Custom::AWSCDK-EKS-HelmChart",
        "Custom::AWSCDK-EKS-KubernetesResource",  # what it applies is looked at object by object
        "Custom::ClosedDefaultSecurityGroup",
        "Custom::ClusterRemains",
        "Custom::ClusterSnapshot",
        "Custom::Database",
        "Custom::EmptyBucket",
        "Custom::EmptyVault",
        "Custom::ManagedPrefixList",
    }
)
"""Resource types that are made anew from the template alone."""


def rows(assembly: Path, deployment: str) -> list[str]:
    return sorted(
        f"{template.name} {resource['Type']} {logical_id} delete={resource.get('DeletionPolicy', 'default')} "
        f"replace={resource.get('UpdateReplacePolicy', 'default')}"
        for template in templates(assembly, deployment)
        for logical_id, resource in template.resources.items()
        if resource["Type"] in HOLDS_DATA
        or APPLIED_DATA.search(json.dumps(resource.get("Properties", {}).get("Manifest", "")))
    )


@pytest.mark.parametrize("deployment", COMMITTED)
@pytest.mark.row("C8")
def test_what_holds_data_is_as_committed(assembly: Path, deployment: str) -> None:
    committed = (ROOT / "tests" / "stateful" / f"{deployment}.txt").read_text().splitlines()
    assert rows(assembly, deployment) == committed


def test_every_type_is_known_to_hold_data_or_not(assembly: Path, variants: Path) -> None:
    used = {
        resource["Type"]
        for folder in (assembly, variants)
        for deployment in deployments(folder)
        for template in templates(folder, deployment)
        for resource in template.resources.values()
    }
    remedy = "put it into commands.stateful.HOLDS_DATA if people or machines put something in, else into HOLDS_NONE"
    assert dict.fromkeys(sorted(used - HOLDS_DATA - HOLDS_NONE), remedy) == {}


def test_the_lists_agree_and_name_types_that_there_are() -> None:
    assert set() == HOLDS_DATA & HOLDS_NONE
    there = set(PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"))
    named = {kind for kind in HOLDS_DATA | HOLDS_NONE if not kind.startswith("Custom::")}
    assert named - there == set()
