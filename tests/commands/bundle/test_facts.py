"""What the README tells is what the templates say."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import CHART, templates
from commands.bundle.charts import charts
from commands.bundle.parameters import overrides, parameters
from commands.bundle.permissions import capabilities, roles
from commands.bundle.protections import COMMANDS, command
from commands.bundle.quotas import shares
from commands.bundle.software import software
from commands.destroy_check.protections import PROTECTED
from commands.flattened import flattened
from commands.protections import protections
from tests.conftest import COMMITTED

pytestmark = pytest.mark.xdist_group("bundle")  # one worker makes the folder, once

ROLE: dict[str, Any] = {"AssumeRolePolicyDocument": {"Statement": []}}
TASK = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Cpu": {"Ref": "Cpu"}, "ContainerDefinitions": []}}


def of(**resources: Any) -> dict[str, Any]:
    return {
        "Resources": resources,
        "Parameters": {"Cpu": {"Default": "512"}, "Most": {"Default": "3"}, "Email": {"Type": "String"}},
    }


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


@pytest.mark.parametrize("deployment", COMMITTED)
def test_every_role_is_named_with_who_assumes_it(assembly: Path, deployment: str) -> None:
    told = list(roles(flattened(assembly, deployment)))
    written = sum(
        text.count('"AWS::IAM::Role"')
        for text in (each.file.read_text() for each in templates(assembly, deployment))
    )
    assert len(told) == len({each.address for each in told}) == written
    assert all(each.assumed_by.endswith(("amazonaws.com", "${AWS::URLSuffix}")) for each in told)


def test_readme_has_every_role_and_parameter(assembly: Path, bundle: Path) -> None:
    page, whole = (bundle / "README.md").read_text(), flattened(assembly, bundle.name)
    described = (bundle / "parameters.md").read_text()
    assert all(f"| `{each.address}` | {each.assumed_by} |" in page for each in roles(whole))
    for name, parameter in whole["Parameters"].items():
        assert re.search(rf"^\| `{name}`.*{re.escape(parameter['Description'])}", described, re.MULTILINE)


def test_trust_in_services_and_accounts_is_told() -> None:
    trust = {
        "Statement": [
            {"Principal": {"Service": ["ec2.amazonaws.com", {"Fn::Sub": "eks.${AWS::URLSuffix}"}]}},
            {"Principal": {"AWS": {"Fn::Join": [":", ["arn", {"Ref": "AWS::AccountId"}, "root"]]}}},
            {"Principal": "*"},
        ]
    }
    (role,) = roles(of(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust)))
    assert role.assumed_by == "*, arn:${AWS::AccountId}:root, ec2.amazonaws.com, eks.${AWS::URLSuffix}"


@pytest.mark.parametrize(
    ("template", "needed"),
    [
        (of(Topic=resource("AWS::SNS::Topic")), []),
        (of(Role=resource("AWS::IAM::Role", **ROLE)), ["CAPABILITY_IAM"]),
        (of(Policy=resource("AWS::IAM::Policy", PolicyName="always there")), ["CAPABILITY_IAM"]),
        (of(Role=resource("AWS::IAM::Role", RoleName="fixed", **ROLE)), ["CAPABILITY_NAMED_IAM"]),
        ({**of(), "Transform": "AWS::LanguageExtensions"}, ["CAPABILITY_AUTO_EXPAND"]),
        (
            of(Topic=resource("AWS::SNS::Topic", DisplayName={"Fn::Transform": {"Name": "AWS::Include"}})),
            ["CAPABILITY_AUTO_EXPAND"],
        ),
    ],
)
def test_capabilities_are_those_that_cloudformation_asks_for(
    template: dict[str, Any], needed: list[str]
) -> None:
    assert capabilities(template) == needed


def commands(template: dict[str, Any], *, termination: bool = False) -> list[str]:
    return [command(each, template) for each in protections(template, termination=termination)]


def test_protections_come_with_the_command_that_ends_them(assembly: Path) -> None:
    found = commands(flattened(assembly, "open-webui-prod"), termination=True)
    assert [each.split()[1] for each in found] == ["cloudformation", "rds", "elbv2"]
    assert found[0].endswith('--no-enable-termination-protection --stack-name "$STACK"')
    assert re.fullmatch(
        r'aws rds modify-db-cluster --no-deletion-protection --db-cluster-identifier "\$\(physical '
        r'"\$\(physical "\$STACK" StorageNestedStack\w+\)" DatabaseCluster\w+\)"',
        found[1],
    )
    assert commands(flattened(assembly, "open-webui-dev")) == []


def test_every_type_that_can_be_protected_has_a_command_and_a_setting() -> None:
    assert COMMANDS.keys() == PROTECTED.keys()


def test_lock_of_a_vault_can_go_while_it_is_not_final() -> None:
    lock = {"MinRetentionDays": 30, "ChangeableForDays": 7}
    vault = resource("AWS::Backup::BackupVault", LockConfiguration=lock)
    (found,) = commands(of(Vault=vault))
    assert found.startswith(
        'aws backup delete-backup-vault-lock-configuration --backup-vault-name "$(physical "$STACK" Vault)"'
    )
    assert "only in the first 7 days" in found


def test_nested_stack_two_levels_down_is_asked_through_both() -> None:
    stack = resource("AWS::CloudFormation::Stack")
    template = of(
        **{
            "StorageNestedStackA": stack,
            "Storage.DatabaseNestedStackB": stack,
            "Storage.Database.Cluster": resource("AWS::RDS::DBCluster", DeletionProtection=True),
        }
    )
    (found,) = commands(template)
    assert found.endswith(
        '"$(physical "$(physical "$(physical "$STACK" StorageNestedStackA)" DatabaseNestedStackB)" Cluster)"'
    )


def test_quotas_count_what_is_made_and_the_most_vcpu() -> None:
    service = resource("AWS::ECS::Service", TaskDefinition={"Ref": "Task"}, DesiredCount=2)
    spot = {
        **service["Properties"],
        "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}],
    }
    target = resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        MaxCapacity={"Ref": "Most"},
        ResourceId={"Fn::Join": ["/", ["service", {"Fn::GetAtt": ["Scaled", "Name"]}]]},
    )
    template = of(
        Task=TASK,
        Plain=service,
        Scaled=service,
        Spot=resource("AWS::ECS::Service", **spot),
        Target=target,
        Here=resource("AWS::EC2::Subnet", AvailabilityZone={"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        There=resource("AWS::EC2::Subnet", AvailabilityZone={"Fn::Select": [1, {"Fn::GetAZs": ""}]}),
        One=resource("AWS::EC2::NatGateway", SubnetId={"Ref": "Here"}),
        Two=resource("AWS::EC2::NatGateway", SubnetId={"Ref": "There"}),
        Gateway=resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway"),
        Interface=resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface"),
        Balancer=resource("AWS::ElasticLoadBalancingV2::LoadBalancer", Type="network"),
    )
    assert {each.name: each.amount for each in shares(template)} == {
        "vCPU of Fargate": 2 * (2 * 0.5) + 3 * 0.5 * 2,
        "vCPU of Fargate Spot": 2 * (2 * 0.5),
        "NAT gateways in the fullest zone": 1,
        "gateway endpoints": 1,
    }


def test_quotas_count_the_vcpu_of_nodes_at_their_most_by_family() -> None:
    """By the very table of `make preflight`."""
    groups = {
        "Spot": resource(
            "AWS::EKS::Nodegroup",
            InstanceTypes=["t3a.large"],
            CapacityType="SPOT",
            ScalingConfig={"MaxSize": 4},
        ),
        "Base": resource("AWS::EKS::Nodegroup", InstanceTypes=["m7g.xlarge"], ScalingConfig={"MaxSize": 3}),
        "Odd": resource("AWS::EKS::Nodegroup", InstanceTypes=["x99.huge"], ScalingConfig={"MaxSize": 2}),
    }
    assert [(each.name, each.code, each.amount) for each in shares(of(**groups))] == [
        ("vCPU of Standard instances on demand", "L-1216C47A", 3 * 4),
        ("vCPU of Standard instances as Spot", "L-34B43A08", 4 * 2),
        ("instances of type x99.huge, which take vCPU of EC2", "", 2),
    ]


def test_charts_tell_how_their_images_are_listed() -> None:
    beside = {"logs": {"image": {"registry": "mirror.example.com"}}, "replicas": 2, "tag": "no image's"}
    template = of(
        Scaler=resource(
            CHART,
            Release="scaler",
            Chart="autoscaler",
            Version="9.1.0",
            Repository="https://charts.example.com",
            Values={"Fn::Join": ["", ['{"image":{"tag":"v1"},"region":"', {"Ref": "AWS::Region"}, '"}']]},
        ),
        Metrics=resource(
            CHART,
            Release="metrics",
            Chart="stack",
            Version="88.5.3",
            Repository="oci://registry.example.com/charts/stack",
            Values=json.dumps(beside),
        ),
        Traces=resource(CHART, Release="traces", Chart="traces", Repository="https://charts.example.com"),
        Own=resource(CHART, Release="own", Chart="own", ChartAssetURL="s3://ours/own.tgz"),
    )
    assert [(each.name, each.version, each.address, each.look) for each in charts(template)] == [
        (
            "autoscaler",
            "9.1.0",
            "https://charts.example.com",
            "helm template scaler autoscaler --repo https://charts.example.com --version 9.1.0"
            " --values - <<'VALUES' | grep image: | sort -u\n"
            '{"image":{"tag":"v1"},"region":"${AWS::Region}"}\nVALUES',
        ),
        (
            "stack",
            "88.5.3",
            "oci://registry.example.com/charts/stack",
            "helm template metrics oci://registry.example.com/charts/stack --version 88.5.3"
            f" --values - <<'VALUES' | grep image: | sort -u\n{json.dumps(beside)}\nVALUES",
        ),
        (
            "traces",
            "the newest",
            "https://charts.example.com",
            "helm template traces traces --repo https://charts.example.com"
            " --values - <<'VALUES' | grep image: | sort -u\n{}\nVALUES",
        ),
    ]


@pytest.mark.parametrize("deployment", ["aegisai-dev", "aegisai-prod"])
def test_charts_are_listed_with_every_value_that_they_refuse_to_go_without(
    assembly: Path, deployment: str
) -> None:
    """Helm has the values from its standard input: here something else reads it."""
    read = {}
    for each in charts(flattened(assembly, deployment)):
        command = each.look.replace("helm template", "reads", 1).replace(" | grep image: | sort -u", "")
        run = subprocess.run(
            ["/bin/bash", "-c", f"reads() {{ cat; }}\n{command}"], capture_output=True, text=True, check=True
        )
        read[each.name] = json.loads(run.stdout)
    controller = read["aws-load-balancer-controller"]
    assert (controller["clusterName"], controller["region"]) == (deployment, "${AWS::Region}")
    assert read.keys() >= {"cluster-autoscaler", "external-secrets", "kube-prometheus-stack"}
    assert all(read.values())


def test_software_is_told_in_the_versions_of_the_template(assembly: Path) -> None:
    told = software(flattened(assembly, "open-webui-prod"))
    assert ("image", "`ghcr.io/open-webui/open-webui:v0.12.4-slim`") in told
    assert {name for name, _ in told} == {"image", "aurora-postgresql", "valkey", "Lambda runtime"}


def test_parameters_that_must_be_filled_in_are_pointed_out() -> None:
    given = {
        "Parameters": {
            "Zone": {"Type": "String", "Description": "Of DNS"},
            "Email": {"Type": "String", "Default": "ops@example.com"},
            "Days": {"Type": "Number", "Default": 90, "AllowedValues": [30, 90]},
        },
        "Metadata": {
            "AWS::CloudFormation::Interface": {
                "ParameterGroups": [{"Label": {"default": "Alarms"}, "Parameters": ["Email", "Days"]}]
            }
        },
    }
    found = parameters(given)
    assert [each.name for each in found] == ["Email", "Days", "Zone"], "the console's order"
    assert {each.name: each.to_do for each in found} == {
        "Email": "an example: write your own",
        "Days": "",
        "Zone": "has no default: write yours in place of FILL-IN",
    }
    assert json.loads(overrides(found)) == ["Email=ops@example.com", "Days=90", "Zone=FILL-IN"]


def test_parameters_are_filled_with_the_values_of_the_deployment(assembly: Path, bundle: Path) -> None:
    given = dict(each.split("=", 1) for each in json.loads((bundle / "parameters.json").read_text()))
    defaults = flattened(assembly, bundle.name)["Parameters"]
    assert given == {name: parameter["Default"] for name, parameter in defaults.items()}
