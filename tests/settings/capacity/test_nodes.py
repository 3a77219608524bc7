"""What a node leaves to pods."""

import pytest

from settings.capacity.instances import instance_types
from settings.capacity.nodes import eks_nodes, kubelet_cpu, kubelet_memory, plain_nodes
from settings.capacity.workloads import Moment
from settings.quantity import UNITS
from tests.k8s.aegisai.deployments import on_eks

MIB, GIB = UNITS["Mi"], UNITS["Gi"]


@pytest.mark.parametrize(("vcpus", "reserved"), [(1, 60), (2, 70), (4, 80), (8, 90), (16, 110), (64, 230)])
def test_eks_reserves_cpu_in_steps(vcpus: int, reserved: int) -> None:
    assert kubelet_cpu(vcpus) == reserved


def test_eks_reserves_memory_for_every_pod_there_may_be() -> None:
    assert kubelet_memory(29) == 574 * MIB


@pytest.mark.parametrize(
    ("name", "pods"),
    [
        ("t3.medium", 17),
        ("t3a.large", 35),
        ("m6i.large", 29),
        ("c6i.xlarge", 58),
        ("m7g.medium", 8),
        ("m8g.4xlarge", 234),
    ],
)
def test_addresses_bound_the_pods_of_a_node(name: str, pods: int) -> None:
    """As in amazon-vpc-cni-k8s, misc/eni-max-pods.txt."""
    assert instance_types()[name].pods() == pods


@pytest.mark.parametrize(("name", "pods"), [("t3.medium", 110), ("m6i.8xlarge", 250), ("t3.small", 110)])
def test_prefixes_bring_as_many_as_aws_recommends(name: str, pods: int) -> None:
    assert instance_types()[name].pods(prefix_delegation=True) == pods


@pytest.mark.parametrize(("prefixes", "pods"), [(False, 8), (True, 98)])
def test_the_setting_of_the_cluster_decides_whether_nodes_have_prefixes(prefixes: bool, pods: int) -> None:
    small = {
        "name": "small",
        "instance_types": ["m7g.medium"],
        "architecture": "arm64",
        "min_nodes": 20,
        "max_nodes": 20,
    }
    deployment = on_eks(cluster={"node_groups": [small], "prefix_delegation": prefixes})
    assert {node.kind.pods for node in deployment.capacity().at(Moment.minimum).nodes} == {pods}


@pytest.mark.parametrize(("name", "volumes"), [("c6i.xlarge", 23), ("t3.large", 24), ("m7i.large", 31)])
def test_interfaces_and_the_root_volume_take_attachments(name: str, volumes: int) -> None:
    assert instance_types()[name].volumes == volumes


def test_the_table_holds_what_its_names_promise() -> None:
    types = instance_types()
    assert len(types) > 150
    assert {"t3", "t3a", "m6i", "m7i", "m8g", "c6i"} <= {name.partition(".")[0] for name in types}
    sizes = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32}
    for name, one in types.items():
        size = name.partition(".")[2]
        assert one.vcpus == sizes.get(size, one.vcpus), name
        assert one.pods() >= 4, name


def test_a_node_of_eks_leaves_what_kubelet_and_the_system_do_not_keep() -> None:
    one = eks_nodes("general", [instance_types()["c6i.xlarge"]], start=3, most=6)
    assert (one.cpu, one.pods, one.volumes) == (3920, 58, 23)
    assert one.memory == 8192 * MIB * 925 // 1000 - (255 + 11 * 58) * MIB - 100 * MIB


def test_of_several_types_the_least_counts() -> None:
    types = instance_types()
    both = eks_nodes("mixed", [types["c6i.xlarge"], types["m6i.large"]], start=1, most=1)
    assert both.cpu == eks_nodes("small", [types["m6i.large"]], start=1, most=1).cpu
    assert both.memory == eks_nodes("flat", [types["c6i.xlarge"]], start=1, most=1).memory
    assert both.pods == 29


def test_k3s_reserves_nothing_and_uses_something() -> None:
    one = plain_nodes("nodes", cpus=4, memory=8 * GIB, pods=110, count=3)
    assert (one.cpu, one.start, one.most) == (3900, 3, 3)
    assert one.memory == 8 * GIB - 1700 * MIB
