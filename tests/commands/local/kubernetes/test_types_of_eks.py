"""The resource types of EKS on the embedded AWS, as its API shows them."""

import json
from typing import Any

import pytest

from commands.local import account
from settings.versions import KUBERNETES
from tests.commands.local.emulated import Emulated, Template
from tests.commands.local.kubernetes.application import Manifest, claim, manifest
from tests.commands.local.kubernetes.recording import CLASS

pytestmark = [pytest.mark.lifecycle, pytest.mark.xdist_group("types_of_eks")]
ROLE, OTHER_ROLE = (f"arn:aws:iam::111122223333:role/{name}" for name in ("one", "other"))
POLICIES = "arn:aws:eks::aws:cluster-access-policy"
VIEW, EDIT = "AmazonEKSViewPolicy", "AmazonEKSEditPolicy"
OF_CLUSTER = {"ClusterName": {"Ref": "Cluster"}}
SHOP = manifest("Namespace", "shop", namespace=None)


def cluster(emulated: Emulated, name: str, *, protected: bool = False) -> Template:
    """A cluster alone."""
    subnets = [each["SubnetId"] for each in emulated.client("ec2").describe_subnets()["Subnets"][:2]]
    return resource(
        "Cluster",
        Name=name,
        RoleArn=ROLE,
        Version=KUBERNETES,
        ResourcesVpcConfig={"SubnetIds": subnets},
        DeletionProtection=protected,
    )


def resource(kind: str, **properties: Any) -> Template:
    return {"Type": f"AWS::EKS::{kind}", "Properties": properties}


def full(emulated: Emulated, name: str, *, addon: str, policy: str, role: str) -> Template:
    """A cluster with one of each type that is ours."""
    allowed = {"PolicyArn": f"{POLICIES}/{policy}", "AccessScope": {"Type": "cluster"}}
    return {
        "Resources": {
            "Cluster": cluster(emulated, name),
            "Entry": resource("AccessEntry", **OF_CLUSTER, PrincipalArn=ROLE, AccessPolicies=[allowed]),
            "Addon": resource(
                "Addon",
                **OF_CLUSTER,
                AddonName="vpc-cni",
                AddonVersion=addon,
                PodIdentityAssociations=[{"ServiceAccount": "aws-node", "RoleArn": role}],
                Tags=[{"Key": "a", "Value": "b"}],
            ),
            "Pods": resource(
                "PodIdentityAssociation",
                **OF_CLUSTER,
                Namespace="kube-system",
                ServiceAccount="operator",
                RoleArn=role,
            ),
        },
        "Outputs": {
            name: {"Value": {"Fn::GetAtt": ["Cluster", name]}}
            for name in ("Arn", "CertificateAuthorityData", "ClusterSecurityGroupId", "Endpoint")
        },
    }


def seen(emulated: Emulated, name: str) -> tuple[str, list[str], dict[str, str]]:
    """The add-on's version, the entry's policies, and the roles of service accounts."""
    eks = emulated.client("eks")
    version = eks.describe_addon(clusterName=name, addonName="vpc-cni")["addon"]["addonVersion"]
    entry = eks.list_associated_access_policies(clusterName=name, principalArn=ROLE)
    listed = eks.list_pod_identity_associations(clusterName=name)["associations"]
    described = [
        eks.describe_pod_identity_association(clusterName=name, associationId=each["associationId"])
        for each in listed
    ]
    return (
        version,
        [each["policyArn"].rpartition("/")[2] for each in entry["associatedAccessPolicies"]],
        {each["association"]["serviceAccount"]: each["association"]["roleArn"] for each in described},
    )


def test_types_of_eks_are_made_changed_and_deleted(emulated: Emulated) -> None:
    name = "changing"
    first = full(emulated, name, addon="v1.0.0-eksbuild.1", policy=VIEW, role=ROLE)
    assert emulated.deploy(name, first) == "CREATE_COMPLETE", emulated.failures(name)
    outputs = emulated.outputs(name)
    assert all(outputs.values())
    ec2 = emulated.client("ec2")
    (group,) = ec2.describe_security_groups(GroupIds=[outputs["ClusterSecurityGroupId"]])["SecurityGroups"]
    described = emulated.client("eks").describe_cluster(name=name)["cluster"]["resourcesVpcConfig"]
    assert described["clusterSecurityGroupId"] == group["GroupId"]
    assert described["vpcId"] == group["VpcId"]
    roles = {"aws-node": ROLE, "operator": ROLE}
    assert seen(emulated, name) == ("v1.0.0-eksbuild.1", [VIEW], roles)

    second = full(emulated, name, addon="v1.0.1-eksbuild.1", policy=EDIT, role=OTHER_ROLE)
    before = emulated.resources(name)
    assert emulated.deploy(name, second) == "UPDATE_COMPLETE", emulated.failures(name)
    assert emulated.resources(name) == before, "replaced, though all of it changes in place"
    roles = dict.fromkeys(roles, OTHER_ROLE)
    assert seen(emulated, name) == ("v1.0.1-eksbuild.1", [EDIT], roles)

    emulated.delete(name)
    assert emulated.status(name) in (None, "DELETE_COMPLETE"), emulated.failures(name)
    assert name not in emulated.client("eks").list_clusters()["clusters"]
    groups = ec2.describe_security_groups()["SecurityGroups"]
    assert group["GroupId"] not in [each["GroupId"] for each in groups]


def test_a_protected_cluster_is_deleted_when_it_no_longer_is(emulated: Emulated) -> None:
    name = "protected"
    template = {"Resources": {"Cluster": cluster(emulated, name, protected=True)}}
    assert emulated.deploy(name, template) == "CREATE_COMPLETE", emulated.failures(name)
    emulated.delete(name)
    assert emulated.status(name) == "DELETE_FAILED"
    assert "deletion protection is enabled" in emulated.failures(name)
    emulated.client("eks").update_cluster_config(name=name, deletionProtection=False)
    emulated.delete(name)
    assert emulated.status(name) in (None, "DELETE_COMPLETE"), emulated.failures(name)


def test_nodes_need_the_cni(emulated: Emulated) -> None:
    name = "unconnected"
    made = cluster(emulated, name)
    subnets = made["Properties"]["ResourcesVpcConfig"]["SubnetIds"]
    nodes = resource("Nodegroup", **OF_CLUSTER, NodeRole=ROLE, Subnets=subnets)
    assert emulated.deploy(name, {"Resources": {"Cluster": made, "Nodes": nodes}}) == "ROLLBACK_COMPLETE"
    assert "the add-on vpc-cni is not there" in emulated.failures(name)


def applied(*objects: Manifest, after: str) -> Template:
    """A resource of the kubectl provider."""
    given = {"ServiceToken": ROLE, "Manifest": json.dumps(objects), "Overwrite": True}
    return {
        "Type": "Custom::AWSCDK-EKS-KubernetesResource",
        "Properties": {**OF_CLUSTER, **given},
        "DependsOn": after,
    }


def test_a_claim_that_is_kept_leaves_its_volume(emulated: Emulated) -> None:
    name = "keeping"
    template = full(emulated, name, addon="v1.0.0-eksbuild.1", policy=VIEW, role=ROLE)
    kept = applied(SHOP, claim("files"), after="Class") | {"DeletionPolicy": "Retain"}
    template["Resources"] |= {"Class": applied(CLASS, after="Entry"), "Kept": kept}
    assert emulated.deploy(name, template) == "CREATE_COMPLETE", emulated.failures(name)
    emulated.delete(name)
    assert emulated.status(name) in (None, "DELETE_COMPLETE"), emulated.failures(name)
    left = account.left(emulated.place, [name], url=emulated.server.url)
    assert [each.name for each in left] == ["volume of claim shop/files in keeping, 20Gi"]


def test_kubectl_needs_an_access_entry(emulated: Emulated) -> None:
    name = "closed"
    resources = {"Cluster": cluster(emulated, name), "Namespace": applied(SHOP, after="Cluster")}
    assert emulated.deploy(name, {"Resources": resources}) == "ROLLBACK_COMPLETE"
    assert "cluster closed has no access entry with a policy" in emulated.failures(name)
