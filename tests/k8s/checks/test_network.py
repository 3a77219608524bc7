"""Policies are read as Kubernetes reads them: both sides must let a connection through."""

from typing import Any

import pytest

from k8s.checks.network import ANYWHERE, Allowed, allowed_edges

Spec = dict[str, Any]
CLOSED: Spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
HTTP = {"port": 80, "protocol": "TCP"}
A_TO_B = Allowed(source="shop/a", target="shop/b", port=80)


def pod(name: str, namespace: str = "shop") -> Spec:
    container = {"name": "app", "ports": [{"name": "http", "containerPort": 80}]}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"containers": [container]},
    }


def policy(spec: Spec, namespace: str = "shop") -> Spec:
    return {"kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": namespace}, "spec": spec}


def chosen(name: str) -> Spec:
    return {"podSelector": {"matchLabels": {"app": name}}}


def egress(*, to: Spec | None, of: str = "a", ports: list[Spec] | None = None) -> Spec:
    rule = {**({"to": [to]} if to else {}), **({"ports": ports} if ports else {})}
    return policy({**chosen(of), "policyTypes": ["Egress"], "egress": [rule]})


def ingress(*, source: Spec | None, of: str = "b", ports: list[Spec] | None = None) -> Spec:
    rule = {**({"from": [source]} if source else {}), **({"ports": ports} if ports else {})}
    return policy({**chosen(of), "policyTypes": ["Ingress"], "ingress": [rule]})


def between(*policies: Spec) -> set[Allowed]:
    """Edges between the pods a and b of a closed namespace."""
    found = allowed_edges([pod("a"), pod("b"), policy(CLOSED), *policies])
    return {each for each in found if each.source.startswith("shop/") and each.target.startswith("shop/")}


OUT = egress(to=chosen("b"), ports=[HTTP])
INTO = ingress(source=chosen("a"), ports=[HTTP])


def test_both_sides_open_an_edge() -> None:
    assert between(OUT, INTO) == {A_TO_B}


def test_pods_of_every_namespace_are_told_though_those_of_the_manifests_are_among_them() -> None:
    found = allowed_edges(
        [pod("a"), policy(CLOSED), ingress(source={"namespaceSelector": {}}, of="a", ports=[HTTP])]
    )
    assert Allowed(source="*{}", target="shop/a", port=80) in found


@pytest.mark.parametrize("policies", [(), (OUT,), (INTO,)])
def test_one_side_alone_opens_nothing(policies: tuple[Spec, ...]) -> None:
    assert between(*policies) == set()


def test_different_ports_on_both_sides_open_nothing() -> None:
    assert between(OUT, ingress(source=chosen("a"), ports=[{"port": 81}])) == set()


def test_a_rule_without_ports_opens_those_of_the_other_side() -> None:
    assert between(egress(to=chosen("b")), INTO) == {A_TO_B}


def test_a_rule_without_peers_is_for_everyone() -> None:
    assert between(OUT, ingress(source=None, ports=[HTTP])) == {A_TO_B}


def test_a_range_of_ports_is_every_port_in_it() -> None:
    ports = [{"port": 79, "endPort": 81, "protocol": "TCP"}]
    assert between(egress(to=chosen("b"), ports=ports), INTO) == {A_TO_B}


def test_a_port_is_looked_up_by_name_in_the_target() -> None:
    assert between(OUT, ingress(source=chosen("a"), ports=[{"port": "http"}])) == {A_TO_B}
    assert between(OUT, ingress(source=chosen("a"), ports=[{"port": "grpc"}])) == set()


def test_another_protocol_is_another_port() -> None:
    assert between(OUT, ingress(source=chosen("a"), ports=[{"port": 80, "protocol": "UDP"}])) == set()


def test_addresses_that_pods_may_have_mean_pods() -> None:
    block = {"ipBlock": {"cidr": "10.1.0.0/16"}}
    assert between(egress(to=block, ports=[HTTP]), INTO) == {A_TO_B}


@pytest.mark.parametrize(
    "block",
    [
        {"cidr": "8.8.8.0/24"},
        {
            "cidr": "0.0.0.0/0",
            "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"],
        },
    ],
)
def test_addresses_of_the_internet_mean_no_pods(block: Spec) -> None:
    assert between(egress(to={"ipBlock": block}, ports=[HTTP]), INTO) == set()


def test_one_private_network_that_is_not_excepted_means_pods() -> None:
    block = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "172.16.0.0/12"]}}
    assert between(egress(to=block, ports=[HTTP]), INTO) == {A_TO_B}


def test_a_selector_without_a_namespace_stays_in_its_own() -> None:
    found = allowed_edges([pod("b"), pod("a", "other"), policy(CLOSED), INTO])
    assert not [each for each in found if each.source == "other/a" and each.target == "shop/b"]


def test_a_policy_is_for_the_pods_that_it_selects() -> None:
    open_to_all = ingress(source=None, ports=[HTTP])
    found = allowed_edges([pod("a"), pod("b"), pod("c"), policy(CLOSED), OUT, open_to_all])
    assert {each for each in found if each.target == "shop/b"} == {
        A_TO_B,
        Allowed(source=ANYWHERE, target="shop/b", port=80),
    }


def test_a_namespace_is_named_by_its_label() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}
    found = allowed_edges([pod("b"), pod("a", "other"), policy(CLOSED), ingress(source=peer, ports=[HTTP])])
    assert Allowed(source="other/a", target="shop/b", port=80) in found


def test_a_pod_that_no_policy_selects_is_open_to_anywhere() -> None:
    found = allowed_edges([pod("a")])
    assert Allowed(source=ANYWHERE, target="shop/a", port=None) in found
    assert Allowed(source="shop/a", target=ANYWHERE, port=None) in found


def test_pods_that_nobody_describes_are_named_by_their_labels() -> None:
    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    found = allowed_edges(
        [pod("a"), policy(CLOSED), egress(to=peer, ports=[{"port": 53, "protocol": "UDP"}])]
    )
    assert found == {
        Allowed(source="shop/a", target="kube-system{k8s-app=kube-dns}", port=53, protocol="UDP")
    }


def test_the_pods_of_one_workload_may_call_each_other() -> None:
    both = (egress(to=chosen("a"), ports=[HTTP]), ingress(source=chosen("a"), of="a", ports=[HTTP]))
    assert between(*both) == {Allowed(source="shop/a", target="shop/a", port=80)}


def test_expressions_select_too() -> None:
    peer = {"podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["a"]}]}}
    assert between(OUT, ingress(source=peer, ports=[HTTP])) == set()
    peer = {"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a"]}]}}
    assert between(OUT, ingress(source=peer, ports=[HTTP])) == {A_TO_B}
