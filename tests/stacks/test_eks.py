"""Facts of the EKS stack, in a root stack like a system's."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from commands.assembly import NESTED_LIMIT_BYTES, RESOURCE_LIMIT
from constructs.kubernetes.applied_manifests import LANES, AppliedManifests
from constructs.kubernetes.release import Release
from settings import versions
from settings.cluster import ClusterSettings, NodeGroup, Taint
from tests.stacks.eks_root import NAME, Manifest, Synthesized, Variant, synthesize
from tests.test_policy import lint

pytestmark = pytest.mark.xdist_group("eks")

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"
CHART = "Custom::AWSCDK-EKS-HelmChart"
ADMIN = "arn:aws:iam::111122223333:role/platform-admin"
SECOND_ADMIN = "arn:aws:iam::111122223333:role/operations/on-call"
OFFICE = "203.0.113.0/24"


def thing(kind: str, name: str, *, namespace: str | None = "aegisai", **rest: Any) -> Manifest:
    """A manifest, with as much in it as the stack reads."""
    place = {} if namespace is None else {"namespace": namespace}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **place}, **rest}


TAGS = {"cost-center": "research-17"}
BALANCED = {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"}
APPLICATION = [
    thing("Namespace", "aegisai", namespace=None),
    *(thing("ConfigMap", f"config-{number:02}") for number in range(20)),
    thing("PersistentVolumeClaim", "shared"),
    thing("Service", "gateway", spec=BALANCED),
    thing("Service", "orchestrator", spec={"type": "ClusterIP"}),
    thing("Deployment", "gateway"),
    thing("Ingress", "gateway"),
]
VARIANTS = {
    "development": Variant(manifests=APPLICATION, releases=("loki", "argo-rollouts")),
    "production": Variant(
        cluster=ClusterSettings(
            node_groups=(
                NodeGroup(name="general", instance_types=("m7g.large",), architecture="arm64", disk_gib=80),
                NodeGroup(
                    name="workers",
                    instance_types=("c6i.xlarge", "c6a.xlarge"),
                    min_nodes=0,
                    max_nodes=8,
                    spot=True,
                    labels={"workload": "workers"},
                    taints=(Taint(key="workload", value="workers", effect="PreferNoSchedule"),),
                ),
            ),
            public_access_cidrs=(OFFICE,),
            admin_role_arns=(SECOND_ADMIN, ADMIN),
            session_manager=True,
        ),
        keep_data=True,
        manifests=APPLICATION,
        releases=("argo-rollouts",),
        tags=TAGS,
    ),
    "no files": Variant(
        files=False, cluster=ClusterSettings(admin_role_arns=(ADMIN,), prefix_delegation=True)
    ),
}


FOLDER: list[Path] = []
"""Where this process writes assemblies."""


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    FOLDER.append(tmp_path_factory.mktemp("eks"))


@cache
def made(name: str) -> Synthesized:
    """cdk-nag runs in it: a finding that nobody acknowledged would raise here."""
    return synthesize(VARIANTS[name], FOLDER[-1] / name.replace(" ", "-"))


def group_named(variant: str, name: str) -> dict[str, Any]:
    (found,) = [
        resource["Properties"]
        for resource in made(variant).resources("AWS::EKS::Nodegroup").values()
        if resource["Properties"]["Labels"]["pergola/node-group"] == name
    ]
    return dict(found)


def template_of(variant: str, name: str) -> dict[str, Any]:
    """The launch template's data of a node group."""
    logical_id = group_named(variant, name)["LaunchTemplate"]["Id"]["Ref"]
    return dict(made(variant).templates["Eks"]["Resources"][logical_id]["Properties"]["LaunchTemplateData"])


def addon(variant: str, name: str) -> tuple[str, dict[str, Any]]:
    """Logical id and properties."""
    (found,) = [
        (logical_id, resource["Properties"])
        for logical_id, resource in made(variant).resources("AWS::EKS::Addon").items()
        if resource["Properties"]["AddonName"] == name
    ]
    return found


def chart(variant: str, name: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Logical id, properties and values of a release."""
    (found,) = [
        (logical_id, resource["Properties"])
        for logical_id, resource in made(variant).resources(CHART).items()
        if resource["Properties"]["Release"] == name
    ]
    values = found[1]["Values"]
    if isinstance(values, dict):
        values = "".join(part if isinstance(part, str) else "token" for part in values["Fn::Join"][1])
    return *found, json.loads(values)


def applied(variant: str, *, stack: str = "Manifests") -> dict[str, dict[str, Any]]:
    """By `kind/name` the custom resource, with its logical id as `Id`."""
    found = {}
    for logical_id, resource in made(variant).resources(MANIFEST, stack=stack).items():
        text = resource["Properties"]["Manifest"]
        if isinstance(text, dict):
            text = "".join(part if isinstance(part, str) else "token" for part in text["Fn::Join"][1])
        (manifest,) = json.loads(text)
        name = f"{manifest['kind']}/{manifest['metadata']['name']}"
        found[name] = {**resource, "Id": logical_id, "Manifest": manifest}
    return found


def roles_of(variant: str, properties: dict[str, Any]) -> dict[str, str]:
    """Service account → logical id of the role that the add-on's pods get."""
    return {
        each["ServiceAccount"]: each["RoleArn"]["Fn::GetAtt"][0]
        for each in properties.get("PodIdentityAssociations", [])
    }


def names_in(value: Any) -> str:
    return json.dumps(value)


# --- the cluster


@pytest.mark.parametrize("variant", VARIANTS)
def test_template_is_within_the_limits(variant: str, record_property: Callable[[str, object], None]) -> None:
    for name, path in made(variant).files.items():
        count, size = len(made(variant).templates[name]["Resources"]), path.stat().st_size
        assert size <= NESTED_LIMIT_BYTES, name
        assert count <= RESOURCE_LIMIT, name
        if name in ("Eks", "Manifests"):
            record_property(
                "figure", f"budget of a cluster ({variant}): {name} {size:,} bytes, {count} resources"
            )


@pytest.mark.slow
def test_cfn_lint_finds_nothing() -> None:
    smaller = made("development").files["Eks"]
    assert lint([*made("production").files.values(), smaller]) == ""


def test_version_and_support_are_as_written() -> None:
    cluster = made("production").the("AWS::EKS::Cluster")
    assert cluster["Version"] == versions.KUBERNETES == "1.36"
    assert cluster["UpgradePolicy"] == {"SupportType": "STANDARD"}
    assert cluster["Name"] == NAME


def test_api_is_reached_from_the_vpc_alone() -> None:
    access = made("development").the("AWS::EKS::Cluster")["ResourcesVpcConfig"]
    assert (access["EndpointPrivateAccess"], access["EndpointPublicAccess"]) == (True, False)
    assert "PublicAccessCidrs" not in access


def test_named_ranges_reach_the_api_over_the_internet() -> None:
    access = made("production").the("AWS::EKS::Cluster")["ResourcesVpcConfig"]
    assert (access["EndpointPrivateAccess"], access["EndpointPublicAccess"]) == (True, True)
    assert access["PublicAccessCidrs"] == [OFFICE]


def test_control_plane_has_the_group_of_the_rules_and_the_private_subnets() -> None:
    access = made("development").the("AWS::EKS::Cluster")["ResourcesVpcConfig"]
    (group,) = access["SecurityGroupIds"]
    assert "ControlPlane" in group["Ref"]
    assert ["Private" in subnet["Ref"] for subnet in access["SubnetIds"]] == [True, True]


@pytest.mark.row("C3")
def test_secrets_are_encrypted_with_our_key() -> None:
    (key,) = made("development").resources("AWS::KMS::Key")
    (encryption,) = made("development").the("AWS::EKS::Cluster")["EncryptionConfig"]
    assert encryption == {"Provider": {"KeyArn": {"Fn::GetAtt": [key, "Arn"]}}, "Resources": ["secrets"]}


@pytest.mark.row("C3")
def test_key_serves_disks_through_ec2_and_secrets_through_eks() -> None:
    statements = made("development").the("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    through = [each["Condition"]["StringLike"] for each in statements if each.get("Sid") == "GrantToServices"]
    assert through == [{"kms:ViaService": ["ec2.*.amazonaws.com", "eks.*.amazonaws.com"]}]


@pytest.mark.row("C5")
def test_all_logs_of_the_control_plane_are_kept_in_our_group() -> None:
    cluster = made("development").the("AWS::EKS::Cluster")
    types = {each["Type"] for each in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]}
    assert types == {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    ((group, log),) = [
        (logical_id, resource["Properties"])
        for logical_id, resource in made("development").resources("AWS::Logs::LogGroup").items()
        if resource["Properties"].get("LogGroupName") == f"/aws/eks/{NAME}/cluster"
    ]
    assert log["RetentionInDays"] == 90
    (cluster_id,) = made("development").resources("AWS::EKS::Cluster")
    assert group in made("development").before(cluster_id)


@pytest.mark.parametrize("variant", ["development", "production"])
def test_every_log_has_retention_and_key(variant: str) -> None:
    (key,) = made(variant).resources("AWS::KMS::Key")
    found = made(variant).resources("AWS::Logs::LogGroup")
    assert len(found) == 4
    for log in found.values():
        assert log["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
        assert log["Properties"]["RetentionInDays"] in (30, 90)


@pytest.mark.parametrize(
    ("variant", "policy"), [("production", "RetainExceptOnCreate"), ("development", "Delete")]
)
def test_logs_of_the_control_plane_and_the_key_follow_the_preset(variant: str, policy: str) -> None:
    (key,) = made(variant).resources("AWS::KMS::Key").values()
    (log,) = [
        each
        for each in made(variant).resources("AWS::Logs::LogGroup").values()
        if each["Properties"].get("LogGroupName") == f"/aws/eks/{NAME}/cluster"
    ]
    assert key["DeletionPolicy"] == log["DeletionPolicy"] == policy


def test_cluster_is_administered_by_access_entries_alone() -> None:
    access = made("production").the("AWS::EKS::Cluster")["AccessConfig"]
    assert access == {"AuthenticationMode": "API", "BootstrapClusterCreatorAdminPermissions": False}
    principals = [
        each["Properties"]["PrincipalArn"]
        for each in made("production").resources("AWS::EKS::AccessEntry").values()
    ]
    assert {ADMIN, SECOND_ADMIN} <= {each for each in principals if isinstance(each, str)}
    (kubectl,) = [principal for principal in principals if not isinstance(principal, str)]
    assert kubectl["Fn::GetAtt"][0].startswith("ClusterKubectlRole")


def test_administrator_is_the_same_resource_wherever_it_stands_in_the_list() -> None:
    """EKS takes one entry for a role: one that moved to another resource would be there already."""
    second, first = (
        {
            logical_id
            for logical_id, each in made(variant).resources("AWS::EKS::AccessEntry").items()
            if each["Properties"]["PrincipalArn"] == ADMIN
        }
        for variant in ("production", "no files")
    )
    assert second == first


def test_deletion_protection_is_a_setting() -> None:
    assert made("production").the("AWS::EKS::Cluster")["DeletionProtection"] is True


def test_kubectl_may_find_the_cluster_and_no_image() -> None:
    (role,) = [
        each["Properties"]
        for logical_id, each in made("production").resources("AWS::IAM::Role").items()
        if logical_id.startswith("ClusterKubectlRole")
    ]
    assert "ManagedPolicyArns" not in role
    actions = {
        action
        for each in role["Policies"][0]["PolicyDocument"]["Statement"]
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    assert {action for action in actions if action.startswith(("eks:", "ecr"))} == {"eks:DescribeCluster"}


def test_kubectl_runs_in_the_private_subnets_with_a_group_of_its_own() -> None:
    functions = [
        each["Properties"]["VpcConfig"]
        for logical_id, each in made("production").resources("AWS::Lambda::Function").items()
        if "KubectlProvider" in logical_id
    ]
    assert len(functions) == 2
    for vpc in functions:
        assert ["Private" in subnet["Ref"] for subnet in vpc["SubnetIds"]] == [True, True]
        assert ["Kubectl" in group["Ref"] for group in vpc["SecurityGroupIds"]] == [True]


def test_code_and_layers_are_assets_and_nothing_else_is() -> None:
    """`aws cloudformation package` rewrites Code and Content, and no other place."""
    found = made("development").templates["Eks"]["Resources"]
    with_asset = {name for name, resource in found.items() if "cdk-hnb659fds-assets" in names_in(resource)}
    kinds = {found[name]["Type"] for name in with_asset}
    assert kinds == {"AWS::Lambda::Function", "AWS::Lambda::LayerVersion"}


# --- nodes


def test_nodes_are_amazon_linux_2023_of_their_architecture() -> None:
    assert group_named("development", "general")["AmiType"] == "AL2023_x86_64_STANDARD"
    assert group_named("production", "general")["AmiType"] == "AL2023_ARM_64_STANDARD"


@pytest.mark.parametrize(("variant", "name"), [("development", "general"), ("production", "workers")])
def test_pods_do_not_reach_the_metadata_of_their_node(variant: str, name: str) -> None:
    assert template_of(variant, name)["MetadataOptions"] == {
        "HttpEndpoint": "enabled",
        "HttpPutResponseHopLimit": 1,
        "HttpTokens": "required",
    }


@pytest.mark.row("C3")
def test_disks_of_nodes_are_encrypted_with_our_key() -> None:
    (key,) = made("production").resources("AWS::KMS::Key")
    (device,) = template_of("production", "general")["BlockDeviceMappings"]
    assert device == {
        "DeviceName": "/dev/xvda",
        "Ebs": {
            "DeleteOnTermination": True,
            "Encrypted": True,
            "KmsKeyId": {"Fn::GetAtt": [key, "Arn"]},
            "VolumeSize": 80,
            "VolumeType": "gp3",
        },
    }


def test_nodes_have_the_clusters_group_and_that_of_the_rules() -> None:
    cluster, ours = template_of("development", "general")["SecurityGroupIds"]
    assert cluster["Fn::GetAtt"][1] == "ClusterSecurityGroupId"
    assert "Nodes" in ours["Ref"]


def test_nobody_reaches_a_node_by_ssh() -> None:
    assert "RemoteAccess" not in group_named("production", "general")
    assert "KeyName" not in template_of("production", "general")


@pytest.mark.parametrize(("variant", "name"), [("development", "general"), ("production", "workers")])
def test_nodes_go_up_with_the_control_plane_and_wait_for_disruption_budgets(variant: str, name: str) -> None:
    group = group_named(variant, name)
    assert group["Version"] == made(variant).the("AWS::EKS::Cluster")["Version"]
    assert group["ForceUpdateEnabled"] is False


def test_tags_of_the_file_reach_nodes_and_their_disks() -> None:
    """Not the deployment's own: by that one a teardown finds the volumes of claims."""
    found = template_of("production", "general")["TagSpecifications"]
    tags = {each["ResourceType"]: {tag["Key"] for tag in each["Tags"]} for each in found}
    assert tags == {"instance": {"Name", *TAGS}, "volume": {"Name", *TAGS}}


def test_group_is_as_written() -> None:
    workers = group_named("production", "workers")
    assert workers["CapacityType"] == "SPOT"
    assert workers["InstanceTypes"] == ["c6i.xlarge", "c6a.xlarge"]
    assert workers["ScalingConfig"] == {"DesiredSize": 0, "MaxSize": 8, "MinSize": 0}
    assert workers["Taints"] == [{"Effect": "PREFER_NO_SCHEDULE", "Key": "workload", "Value": "workers"}]
    assert workers["Labels"] == {"pergola/node-group": "workers", "workload": "workers"}
    assert workers["UpdateConfig"] == {"MaxUnavailablePercentage": 33}


@pytest.mark.parametrize(
    ("variant", "policies"),
    [
        ("development", ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"]),
        (
            "production",
            [
                "AmazonEKSWorkerNodePolicy",
                "AmazonEC2ContainerRegistryPullOnly",
                "AmazonSSMManagedInstanceCore",
            ],
        ),
    ],
)
def test_node_joins_and_pulls_and_nothing_else(variant: str, policies: list[str]) -> None:
    logical_id = group_named(variant, "general")["NodeRole"]["Fn::GetAtt"][0]
    role = made(variant).templates["Eks"]["Resources"][logical_id]["Properties"]
    assert [arn["Fn::Join"][1][-1].rpartition("/")[2] for arn in role["ManagedPolicyArns"]] == policies
    assert "Policies" not in role
    assert logical_id not in names_in(made(variant).resources("AWS::IAM::Policy"))


@pytest.mark.parametrize("name", ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"])
def test_nodes_come_when_what_makes_them_ready_is_there(name: str) -> None:
    (group,) = made("development").resources("AWS::EKS::Nodegroup")
    assert addon("development", name)[0] in made("development").before(group)


# --- add-ons


def test_every_addon_is_pinned() -> None:
    pinned = {
        each["Properties"]["AddonName"]: each["Properties"]["AddonVersion"]
        for each in made("development").resources("AWS::EKS::Addon").values()
    }
    assert pinned == {
        "vpc-cni": versions.VPC_CNI,
        "kube-proxy": versions.KUBE_PROXY,
        "coredns": versions.COREDNS,
        "eks-pod-identity-agent": versions.POD_IDENTITY_AGENT,
        "aws-ebs-csi-driver": versions.EBS_CSI_DRIVER,
        "aws-efs-csi-driver": versions.EFS_CSI_DRIVER,
        "snapshot-controller": versions.SNAPSHOT_CONTROLLER,
        "metrics-server": versions.METRICS_SERVER,
    }


def test_network_policies_are_enforced() -> None:
    assert json.loads(addon("development", "vpc-cni")[1]["ConfigurationValues"]) == {
        "enableNetworkPolicy": "true"
    }


def test_nodes_with_prefixes_are_made_anew_behind_a_cni_that_gives_them() -> None:
    cni, resource = addon("no files", "vpc-cni")
    assert json.loads(resource["ConfigurationValues"]) == {
        "enableNetworkPolicy": "true",
        "env": {"ENABLE_PREFIX_DELEGATION": "true"},
    }
    (group,) = made("no files").resources("AWS::EKS::Nodegroup")
    assert cni in made("no files").before(group)
    tags = {
        tag["Key"]: tag["Value"]
        for each in template_of("no files", "general")["TagSpecifications"]
        for tag in each["Tags"]
    }
    assert tags["pergola:addresses"] == "prefixes"


@pytest.mark.parametrize("name", ["coredns", "metrics-server", "aws-ebs-csi-driver", "aws-efs-csi-driver"])
def test_addon_with_pods_waits_for_nodes(name: str) -> None:
    (group,) = made("development").resources("AWS::EKS::Nodegroup")
    assert group in made("development").before(addon("development", name)[0])


@pytest.mark.parametrize(
    ("name", "accounts"),
    [
        ("vpc-cni", {"aws-node"}),
        ("aws-ebs-csi-driver", {"ebs-csi-controller-sa"}),
        ("aws-efs-csi-driver", {"efs-csi-controller-sa", "efs-csi-node-sa"}),
    ],
)
def test_role_of_an_addon_is_for_its_service_account_of_this_cluster(name: str, accounts: set[str]) -> None:
    roles = roles_of("development", addon("development", name)[1])
    assert set(roles) == accounts
    for account, logical_id in roles.items():
        role = made("development").templates["Eks"]["Resources"][logical_id]["Properties"]
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
        assert set(trust["Action"]) == {"sts:AssumeRole", "sts:TagSession"}
        equals = trust["Condition"]["StringEquals"]
        assert equals["aws:RequestTag/kubernetes-namespace"] == "kube-system"
        assert equals["aws:RequestTag/kubernetes-service-account"] == account
        assert "Cluster" in names_in(trust["Condition"]["ArnEquals"]["aws:SourceArn"])


@pytest.mark.parametrize("name", ["aws-ebs-csi-driver", "aws-efs-csi-driver"])
def test_addon_goes_before_its_permissions(name: str) -> None:
    logical_id, properties = addon("development", name)
    before = made("development").before(logical_id)
    for role in roles_of("development", properties).values():
        (policy,) = [
            policy
            for policy, resource in made("development").resources("AWS::IAM::Policy").items()
            if resource["Properties"]["Roles"] == [{"Ref": role}]
        ]
        assert policy in before


def statements(variant: str, role: str) -> list[dict[str, Any]]:
    """Of the policies attached to a role."""
    return [
        statement
        for policy in made(variant).resources("AWS::IAM::Policy").values()
        if policy["Properties"]["Roles"] == [{"Ref": role}]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def actions_of(statement: dict[str, Any]) -> set[str]:
    found = statement["Action"]
    return {found} if isinstance(found, str) else set(found)


def test_pods_mount_the_file_system_through_access_points_only() -> None:
    role = roles_of("development", addon("development", "aws-efs-csi-driver")[1])["efs-csi-node-sa"]
    (mount,) = [each for each in statements("development", role) if "Client" in names_in(each["Action"])]
    assert actions_of(mount) == {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}
    assert "elasticfilesystem:AccessPointArn" in mount["Condition"]["ArnLike"]
    assert "FileSystem" in names_in(mount["Resource"])


@pytest.mark.parametrize("action", ["DeleteVolume", "AttachVolume", "ModifyVolume", "DeleteSnapshot"])
def test_ebs_driver_touches_what_it_made(action: str) -> None:
    role = roles_of("development", addon("development", "aws-ebs-csi-driver")[1])["ebs-csi-controller-sa"]
    found = [
        each
        for each in statements("development", role)
        if f"ec2:{action}" in actions_of(each) and "instance/*" not in names_in(each["Resource"])
    ]
    assert found
    for each in found:
        assert each["Condition"] == {"StringEquals": {"aws:ResourceTag/ebs.csi.aws.com/cluster": "true"}}


def test_without_files_there_is_no_driver_and_no_class() -> None:
    names = [
        each["Properties"]["AddonName"] for each in made("no files").resources("AWS::EKS::Addon").values()
    ]
    assert "aws-efs-csi-driver" not in names
    assert [name for name in applied("no files", stack="Eks") if name.startswith("StorageClass")] == [
        "StorageClass/gp3"
    ]


# --- operators


@pytest.mark.parametrize(
    ("name", "version", "repository"),
    [
        (
            "aws-load-balancer-controller",
            versions.LOAD_BALANCER_CONTROLLER,
            "https://aws.github.io/eks-charts",
        ),
        ("external-secrets", versions.EXTERNAL_SECRETS, "https://charts.external-secrets.io"),
        ("cluster-autoscaler", versions.CLUSTER_AUTOSCALER_CHART, "https://kubernetes.github.io/autoscaler"),
    ],
)
def test_operator_is_pinned_and_ready_before_it_counts(name: str, version: str, repository: str) -> None:
    _, properties, _ = chart("development", name)
    assert (properties["Version"], properties["Repository"]) == (version, repository)
    assert properties["Wait"] is True


def test_operators_follow_each_other_behind_all_addons() -> None:
    """While a controller's webhook is not ready, it refuses what others want to make."""
    first, second, third = (
        chart("development", name)[0]
        for name in ("aws-load-balancer-controller", "external-secrets", "cluster-autoscaler")
    )
    assert set(made("development").resources("AWS::EKS::Addon")) <= made("development").before(first)
    assert first in made("development").before(second)
    assert second in made("development").before(third)


@pytest.mark.parametrize("name", ["aws-load-balancer-controller", "external-secrets", "cluster-autoscaler"])
def test_operator_starts_with_its_identity_and_goes_before_its_permissions(name: str) -> None:
    logical_id, *_ = chart("development", name)
    before = made("development").before(logical_id)
    ((association, resource),) = [
        (each, resource)
        for each, resource in made("development").resources("AWS::EKS::PodIdentityAssociation").items()
        if resource["Properties"]["ServiceAccount"] == name
    ]
    role = resource["Properties"]["RoleArn"]["Fn::GetAtt"][0]
    policies = {
        each
        for each, policy in made("development").resources("AWS::IAM::Policy").items()
        if policy["Properties"]["Roles"] == [{"Ref": role}]
    }
    assert len(policies) == 1
    assert {association, *policies} <= before


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("aws-load-balancer-controller", ["podSecurityContext", "securityContext"]),
        ("external-secrets", ["securityContext"]),
        ("cluster-autoscaler", ["securityContext", "containerSecurityContext"]),
    ],
)
def test_operator_runs_restricted(name: str, paths: list[str]) -> None:
    values = chart("development", name)[2]
    merged = {key: value for path in paths for key, value in values[path].items()}
    assert merged["runAsNonRoot"] is True
    assert merged["readOnlyRootFilesystem"] is True
    assert merged["allowPrivilegeEscalation"] is False
    assert merged["capabilities"] == {"drop": ["ALL"]}
    assert merged["seccompProfile"] == {"type": "RuntimeDefault"}


def test_controllers_need_nothing_of_the_nodes_metadata() -> None:
    balancing = chart("development", "aws-load-balancer-controller")[2]
    assert (balancing["clusterName"], balancing["region"], balancing["vpcId"]) == (NAME, "token", "token")
    assert chart("development", "cluster-autoscaler")[2]["awsRegion"] == "token"


def test_tags_of_the_file_and_the_deployments_reach_what_controllers_make() -> None:
    """Volumes of claims and their snapshots; load balancers."""
    tags = {**TAGS, "pergola:deployment": NAME}
    driver = json.loads(addon("production", "aws-ebs-csi-driver")[1]["ConfigurationValues"])
    assert driver == {"controller": {"extraVolumeTags": tags}}
    assert chart("production", "aws-load-balancer-controller")[2]["defaultTags"] == tags


def test_nodes_with_pods_that_have_a_folder_of_their_own_are_taken_away_too() -> None:
    """Every pod here has one, for `/tmp`."""
    values = chart("development", "cluster-autoscaler")[2]
    assert values["extraArgs"]["skip-nodes-with-local-storage"] is False
    assert values["extraArgs"]["skip-nodes-with-system-pods"] is False


def test_load_balancer_controller_stops_no_service_of_others() -> None:
    assert chart("development", "aws-load-balancer-controller")[2]["enableServiceMutatorWebhook"] is False


def test_autoscaler_is_of_the_clusters_minor() -> None:
    tag = chart("development", "cluster-autoscaler")[2]["image"]["tag"]
    assert tag.startswith(f"v{versions.KUBERNETES}.")


def operator_role(name: str) -> str:
    (role,) = [
        resource["Properties"]["RoleArn"]["Fn::GetAtt"][0]
        for resource in made("development").resources("AWS::EKS::PodIdentityAssociation").values()
        if resource["Properties"]["ServiceAccount"] == name
    ]
    return str(role)


def test_secrets_of_other_deployments_are_not_read() -> None:
    (statement,) = statements("development", operator_role("external-secrets"))
    assert actions_of(statement) == {"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}
    assert statement["Resource"]["Fn::Join"][1][-1].endswith(f":secret:{NAME}/*")


def test_autoscaler_changes_groups_of_this_cluster_alone() -> None:
    (change,) = [
        each
        for each in statements("development", operator_role("cluster-autoscaler"))
        if "autoscaling:SetDesiredCapacity" in actions_of(each)
    ]
    tag = f"aws:ResourceTag/k8s.io/cluster-autoscaler/{NAME}"
    assert change["Condition"] == {"StringEquals": {tag: "owned"}}


@pytest.mark.parametrize(
    "action", ["DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "RegisterTargets", "DeleteTargetGroup"]
)
def test_load_balancers_of_other_clusters_are_left_alone(action: str) -> None:
    (found,) = [
        each
        for each in statements("development", operator_role("aws-load-balancer-controller"))
        if f"elasticloadbalancing:{action}" in actions_of(each)
    ]
    assert found["Condition"] == {"StringEquals": {"aws:ResourceTag/elbv2.k8s.aws/cluster": NAME}}


OWN, NEW = (f"aws:{whose}Tag/elbv2.k8s.aws/cluster" for whose in ("Resource", "Request"))
HELD = {
    (OWN,): {
        "ec2:CreateTags",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteTags",
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyCapacityReservation",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:RemoveTags",
        "elasticloadbalancing:SetIpAddressType",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
        "elasticloadbalancing:SetWebAcl",
    },
    (NEW,): {
        "ec2:CreateSecurityGroup",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
    },
    (NEW, "ec2:CreateAction"): {"ec2:CreateTags"},
    (NEW, "elasticloadbalancing:CreateAction"): {"elasticloadbalancing:AddTags"},
    ("iam:AWSServiceName",): {"iam:CreateServiceLinkedRole"},
}
"""By the keys of the condition what the controller changes; the published policy has these conditions, or none."""
LISTENING = {
    f"elasticloadbalancing:{action}"
    for action in (
        "AddListenerCertificates",
        "AddTags",
        "CreateRule",
        "DeleteListener",
        "DeleteRule",
        "ModifyListener",
        "ModifyListenerAttributes",
        "ModifyRule",
        "RemoveListenerCertificates",
        "RemoveTags",
        "SetRulePriorities",
    )
}
FREE = {
    "vpc/": {"ec2:CreateSecurityGroup"},
    "security-group/": {"ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"},
    "security-group-rule/": {"ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"},
    "listener/": LISTENING,
    "listener-rule/": LISTENING,
}
"""By the kind of resource what it changes without a condition."""


def test_load_balancer_controller_is_held_to_what_it_made() -> None:
    held: dict[tuple[str, ...], set[str]] = {}
    free: dict[str, set[str]] = {}
    for each in statements("development", operator_role("aws-load-balancer-controller")):
        if each["Resource"] == "*":
            continue
        if equals := each.get("Condition", {}).get("StringEquals"):
            assert equals.get(OWN, NAME) == equals.get(NEW, NAME) == NAME
            held.setdefault(tuple(sorted(equals, key=lambda key: key not in (OWN, NEW))), set()).update(
                actions_of(each)
            )
            continue
        for kind in re.findall(r":([a-z-]+/)", names_in(each["Resource"])):
            free.setdefault(kind, set()).update(actions_of(each))
    assert held == HELD
    assert free == FREE


def test_further_release_comes_behind_the_operators_and_goes_before_the_cluster() -> None:
    logical_id, properties, values = chart("production", "argo-rollouts")
    assert (properties["Version"], properties["Namespace"], values) == ("1.2.3", "argo-rollouts", {"a": 1})
    before = made("production").before(logical_id)
    assert chart("production", "cluster-autoscaler")[0] in before
    namespace = applied("production", stack="Eks")["Namespace/argo-rollouts"]
    assert namespace["Id"] in before
    assert namespace["Manifest"]["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "restricted"}


# --- storage classes


@pytest.mark.parametrize(("name", "reclaim"), [("gp3", "Retain"), ("efs", "Delete")])
def test_classes_depend_on_nothing_that_a_deployment_may_turn(name: str, reclaim: str) -> None:
    """Kubernetes takes no change of a class: `keep_data` or a tag in it would fail the next deployment."""
    kept, gone = (
        applied(variant, stack="Eks")[f"StorageClass/{name}"]["Manifest"]
        for variant in ("production", "development")
    )
    assert kept == gone
    assert kept["reclaimPolicy"] == reclaim


def test_default_class_makes_encrypted_gp3_where_the_pod_is() -> None:
    found = applied("development", stack="Eks")["StorageClass/gp3"]["Manifest"]
    assert found["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert found["volumeBindingMode"] == "WaitForFirstConsumer"
    assert found["allowVolumeExpansion"] is True
    assert found["parameters"]["encrypted"] == "true"
    assert found["parameters"]["kmsKeyId"] == "token"


def test_claims_of_files_find_them_again_on_a_new_cluster() -> None:
    found = applied("development", stack="Eks")["StorageClass/efs"]["Manifest"]
    assert found["parameters"]["fileSystemId"] == "token"
    assert found["parameters"]["subPathPattern"] == "${.PVC.namespace}/${.PVC.name}"
    assert found["parameters"]["ensureUniqueDirectory"] == "false"
    assert found["mountOptions"] == ["tls", "iam"]


# --- manifests


def test_every_object_is_a_resource_of_its_own() -> None:
    assert list(applied("development")) == [
        f"{each['kind']}/{each['metadata']['name']}" for each in APPLICATION
    ]


def test_objects_are_applied_as_tested() -> None:
    found = applied("development")["Deployment/gateway"]
    assert found["Manifest"] == thing("Deployment", "gateway")
    assert found["Properties"]["Overwrite"] is True
    assert "PruneLabel" not in found["Properties"]
    assert "SkipValidation" not in found["Properties"]


def test_id_of_an_object_is_its_identity() -> None:
    assert applied("development")["Deployment/gateway"]["Id"].startswith("ManifestsDeploymentaegisaigateway")
    assert applied("development")["Namespace/aegisai"]["Id"].startswith("ManifestsNamespaceaegisai")


def test_kinds_follow_each_other_as_the_manifests_do() -> None:
    found = applied("development")
    seen: set[str] = set()
    for manifest in APPLICATION:
        one = found[f"{manifest['kind']}/{manifest['metadata']['name']}"]
        before = made("development").before(one["Id"], stack="Manifests")
        earlier = {each["Id"] for each in found.values() if each["Id"] in seen}
        other_kinds = {
            each["Id"] for each in found.values() if each["Manifest"]["kind"] != manifest["kind"]
        } & earlier
        assert other_kinds <= before
        seen.add(one["Id"])


def test_few_objects_are_applied_at_once() -> None:
    """Each is a run of the kubectl function, and a new account may run ten functions."""
    found = {each["Id"]: each for each in applied("development").values()}
    done: set[str] = set()
    while len(done) < len(found):
        ready = {
            name
            for name in set(found) - done
            if made("development").before(name, stack="Manifests") & set(found) <= done
        }
        assert 0 < len(ready) <= LANES
        done |= ready


@pytest.mark.parametrize(
    ("variant", "policy"), [("production", "RetainExceptOnCreate"), ("development", "Delete")]
)
@pytest.mark.parametrize("name", ["PersistentVolumeClaim/shared", "Namespace/aegisai"])
def test_claims_and_their_namespace_follow_the_preset(variant: str, policy: str, name: str) -> None:
    assert applied(variant)[name]["DeletionPolicy"] == policy


def test_everything_else_goes_with_the_file() -> None:
    kept = {name for name, each in applied("production").items() if each["DeletionPolicy"] != "Delete"}
    assert kept == {"PersistentVolumeClaim/shared", "Namespace/aegisai"}


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (
            thing("Secret", "app-secrets"),
            "Secret-aegisai-app-secrets would stand readable in the template; use an ExternalSecret over a secret of "
            "Secrets Manager",
        ),
        (
            thing("Service", "gateway", spec={"type": "LoadBalancer"}),
            "Service-aegisai-gateway has the load balancer class None, which would make a Classic Load Balancer that "
            "nothing here deletes; set loadBalancerClass: service.k8s.aws/nlb",
        ),
        (
            thing("ConfigMap", "dashboards", data={"big": "x" * 200_000}),
            "ConfigMap-aegisai-dashboards has 200122 bytes; kubectl applies 200000 at most: split it",
        ),
    ],
)
def test_object_that_must_not_be_applied_is_refused(manifest: Manifest, message: str) -> None:
    stack = Stack(App(), "Test")
    cluster = given_cluster(stack)
    with pytest.raises(ValueError, match=manifest["metadata"]["name"]) as refused:
        AppliedManifests(stack, "Manifests", cluster=cluster, manifests=[manifest], keep_data=False)
    assert str(refused.value) == message


def given_cluster(stack: Stack) -> eks.ICluster:
    provider = eks.KubectlProvider.from_kubectl_provider_attributes(
        stack,
        "Provider",
        service_token="arn:aws:lambda:eu-central-1:111122223333:function:x",
        role=iam.Role.from_role_name(stack, "Role", "kubectl"),
    )
    return eks.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name=NAME, kubectl_provider=provider)


def release_in(namespace: str) -> Stack:
    stack = Stack(App(), "Test")
    Release(
        stack,
        "Release",
        cluster=given_cluster(stack),
        name="prometheus",
        namespace=namespace,
        repository="https://charts.example.com",
        chart="prometheus",
        version="1.2.3",
        values={},
        makes_namespace="restricted",
    )
    return stack


def test_a_setting_that_moves_a_release_deletes_no_namespace() -> None:
    """What is in the old one, such as the metrics of months, stays; Helm refuses the move, and all is as before."""
    before, after = (set(Template.from_stack(release_in(each)).to_json()["Resources"]) for each in "ab")
    assert len(before) == 2
    assert before == after


@pytest.mark.parametrize("namespace", ["default", "kube-system"])
def test_release_makes_no_namespace_of_the_clusters_own(namespace: str) -> None:
    with pytest.raises(
        ValueError, match=f"release prometheus would make {namespace}, which is the cluster's"
    ):
        release_in(namespace)


# --- teardown


@pytest.mark.parametrize("variant", ["development", "production"])
def test_objects_go_before_anything_of_the_cluster(variant: str) -> None:
    root = made(variant).templates["Root"]["Resources"]
    (manifests,) = [name for name in root if name.startswith("Manifests")]
    (cluster,) = [name for name in root if name.startswith("Eks")]
    assert cluster in root[manifests]["DependsOn"]
    assert manifests not in made(variant).before(cluster, stack="Root")


@pytest.mark.parametrize("variant", ["development", "production"])
def test_load_balancers_are_gone_before_their_controller_goes(variant: str) -> None:
    """Backwards: what waits for them, the controllers, the nodes these run on, and kubectl's way in."""
    (remains,) = [
        name
        for name, each in made(variant).resources("Custom::ClusterRemains").items()
        if "load_balancers" in each["Properties"]["Kinds"]
    ]
    before = made(variant).before(remains)
    for resource_type in (CHART, "AWS::EKS::Addon", "AWS::EKS::Nodegroup", "AWS::EKS::Cluster", MANIFEST):
        assert set(made(variant).resources(resource_type)) <= before, resource_type
    controller = made(variant).before(chart(variant, "aws-load-balancer-controller")[0])
    assert set(made(variant).resources("AWS::EKS::Nodegroup")) <= controller
    kubectl = {
        name
        for name, each in made(variant).resources("AWS::EKS::AccessEntry").items()
        if not isinstance(each["Properties"]["PrincipalArn"], str)
    }
    assert len(kubectl) == 1
    assert kubectl <= controller


@pytest.mark.parametrize(
    ("variant", "kinds"),
    [
        ("development", ["volumes"]),
        ("production", []),
    ],
)
def test_volumes_are_deleted_in_development_only(variant: str, kinds: list[str]) -> None:
    """The resource is there in both: one that goes when data begins to be kept would delete the volumes."""
    found = made(variant).resources("Custom::ClusterRemains")
    assert found[volumes_of(variant)]["Properties"]["Kinds"] == kinds
    policies = names_in(made(variant).resources("AWS::IAM::Policy"))
    volumes = "aws:ResourceTag/pergola:deployment"
    assert (volumes in policies) == ("volumes" in kinds)


def volumes_of(variant: str) -> str:
    """Logical id of what waits for volumes."""
    (found,) = [
        name
        for name, each in made(variant).resources("Custom::ClusterRemains").items()
        if each["Properties"]["Kinds"] in ([], ["volumes"])
    ]
    return found


@pytest.mark.parametrize("variant", ["development", "production"])
def test_volumes_are_waited_for_between_the_charts_and_the_driver(variant: str) -> None:
    """Backwards: charts, the namespaces with the claims that charts leave, volumes, driver, nodes."""
    volumes, namespaces = volumes_of(variant), namespaces_of(variant)
    assert len(namespaces) == len(VARIANTS[variant].releases) + 1
    for logical_id in [*made(variant).resources(CHART), *namespaces.values()]:
        assert volumes in made(variant).before(logical_id), logical_id
    before = made(variant).before(volumes)
    assert not before & {*made(variant).resources(CHART), *namespaces.values()}
    assert {
        addon(variant, "aws-ebs-csi-driver")[0],
        *made(variant).resources("AWS::EKS::Nodegroup"),
    } <= before
    assert applied(variant, stack="Eks")["StorageClass/gp3"]["Id"] in before


def namespaces_of(variant: str) -> dict[str, str]:
    """Those of releases, with their logical ids."""
    found = applied(variant, stack="Eks").items()
    return {
        name.partition("/")[2]: each["Id"] for name, each in found if each["Manifest"]["kind"] == "Namespace"
    }


def test_namespace_goes_behind_its_chart_and_before_the_operators_that_it_needs() -> None:
    assert namespaces_of("development")["loki"] in made("development").before(chart("development", "loki")[0])
    for name, earlier in (("argo-rollouts", "loki"), ("loki", "external-secrets")):
        before = made("development").before(namespaces_of("development")[name])
        assert chart("development", earlier)[0] in before


@pytest.mark.parametrize("variant", ["development", "production"])
def test_namespaces_of_releases_go_whatever_the_preset(variant: str) -> None:
    """Nobody asks for their claims again; where data is kept, the storage class keeps the volumes."""
    resources = made(variant).templates["Eks"]["Resources"]
    policies = {resources[each].get("DeletionPolicy") for each in namespaces_of(variant).values()}
    assert policies == {"Delete"}


def test_interfaces_of_pods_go_between_nodes_and_cluster() -> None:
    (interfaces,) = [
        name
        for name, each in made("development").resources("Custom::ClusterRemains").items()
        if each["Properties"]["Kinds"] == ["network_interfaces"]
    ]
    (group,) = made("development").resources("AWS::EKS::Nodegroup")
    assert interfaces in made("development").before(group)
    assert set(made("development").resources("AWS::EKS::Cluster")) <= made("development").before(interfaces)


def test_commands_for_people_are_complete() -> None:
    stack = made("development").eks
    region = "${Token[AWS.Region"
    assert stack.kubeconfig_command.startswith(f"aws eks update-kubeconfig --name {NAME} --region {region}")
    assert f"Name=tag:pergola:deployment,Values={NAME}" in stack.volumes_command
