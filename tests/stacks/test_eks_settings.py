"""What a deployment file may say about a cluster, and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from settings import versions
from settings.cluster import AddonVersions, ClusterSettings, NodeGroup, Taint, unfit_versions

TAINT = Taint(key="workload", value="workers")


def group(**given: Any) -> NodeGroup:
    return NodeGroup(**{"name": "general", "instance_types": ("c6i.xlarge",), **given})


def cluster(**given: Any) -> ClusterSettings:
    return ClusterSettings(**given)


def test_default_is_the_documents_three_nodes_of_four_processors_and_eight_gigabytes() -> None:
    (general,) = ClusterSettings().node_groups
    assert (general.instance_types, general.min_nodes, general.max_nodes) == (("c6i.xlarge",), 3, 6)


def test_default_is_closed_and_protected() -> None:
    settings = ClusterSettings()
    assert settings.public_access_cidrs == settings.admin_role_arns == ()
    assert settings.deletion_protection is True
    assert settings.session_manager is False


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"min_nodes": 4}, "min_nodes 4 exceeds max_nodes 3; lower the one or raise the other"),
        ({"desired_nodes": 5}, "desired_nodes 5 is not from 1 to 3; choose one that is, or leave it out"),
        ({"instance_types": ("c6i.xlarge",) * 2}, "names a type twice; name each once"),
        (
            {"spot": True},
            "spot with c6i.xlarge alone stands still when AWS takes that type back; add a type of the same size",
        ),
        (
            {"instance_types": ("c6i.xlarge", "m7g.large")},
            "m7g.large is arm64, the group x86_64; choose another type or architecture: arm64",
        ),
        (
            {"architecture": "arm64"},
            "c6i.xlarge is x86_64, the group arm64; choose another type or architecture: x86_64",
        ),
        (
            {"labels": {"node.kubernetes.io/role": "x"}},
            "node.kubernetes.io/role is a label that Kubernetes or EKS sets; choose another prefix",
        ),
        ({"taints": (TAINT, TAINT)}, "workload with NoSchedule stands twice; keep one"),
    ],
)
def test_group_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        group(**given)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "instance_type",
    ["t3a.large", "g4dn.xlarge", "m6id.2xlarge", "u7i-6tb.xlarge", "t4g.medium", "im4gn.large"],
)
def test_architecture_is_read_from_the_type(instance_type: str) -> None:
    arm = instance_type in ("t4g.medium", "im4gn.large")
    made = group(instance_types=(instance_type,), architecture="arm64" if arm else "x86_64")
    assert made.instance_types == (instance_type,)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "General"}, "name"),
        ({"instance_types": ("large",)}, "instance_types.0"),
        ({"instance_types": ()}, "instance_types"),
        ({"disk_gib": 10}, "disk_gib"),
        ({"taints": ({"key": "a", "effect": "NO_SCHEDULE"},)}, "taints.0.effect"),
        ({"labels": {"a b": "c"}}, "labels.a b"),
    ],
)
def test_value_that_aws_or_kubernetes_would_not_take_is_refused(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        group(**given)
    assert ".".join(map(str, refused.value.errors()[0]["loc"])).startswith(field)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"node_groups": (group(), group())}, "general stands twice; give each group a name of its own"),
        (
            {"node_groups": (group(taints=(TAINT,)),)},
            "every group has taints, so DNS and the controllers run nowhere; leave one group without",
        ),
        (
            {"node_groups": (group(min_nodes=0), group(name="workers", taints=(TAINT,)))},
            "no group without taints starts with a node, so DNS and the controllers wait for ever; set min_nodes: 1 or "
            "more",
        ),
        ({"public_access_cidrs": ("0.0.0.0/0",)}, "is the whole internet; name the ranges"),
        ({"public_access_cidrs": ("10.0.0.1/8",)}, "is not the start of its range; write 10.0.0.0/8"),
        (
            {"admin_role_arns": ("arn:aws:iam::111122223333:role/a",) * 2},
            "names one twice; name each once",
        ),
        ({"admin_role_arns": ("arn:aws:iam::111122223333:user/ann",)}, "admin_role_arns.0"),
    ],
)
def test_cluster_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        cluster(**given)
    assert message in str(refused.value)


def test_pinned_versions_are_of_the_pinned_kubernetes() -> None:
    assert list(unfit_versions(versions.KUBERNETES, ClusterSettings())) == []


def test_versions_of_another_kubernetes_are_refused_with_their_field() -> None:
    found = {str(each): each.fields for each in unfit_versions("1.35", ClusterSettings())}
    assert found == {
        f"kube_proxy {versions.KUBE_PROXY} is not of Kubernetes 1.35; name one that starts with v1.35.": (
            "addon_versions.kube_proxy",
        ),
        f"cluster_autoscaler {versions.CLUSTER_AUTOSCALER} is not of Kubernetes 1.35; "
        "name one that starts with v1.35.": ("addon_versions.cluster_autoscaler",),
    }


def test_versions_can_be_named_for_another_kubernetes() -> None:
    named = AddonVersions(kube_proxy="v1.35.3-eksbuild.18", cluster_autoscaler="v1.35.2")
    assert list(unfit_versions("1.35", ClusterSettings(addon_versions=named))) == []


def test_version_that_floats_is_refused() -> None:
    with pytest.raises(ValidationError):
        AddonVersions(coredns="latest")
