"""One edge makes both sides; what is misspelt is refused."""

from typing import Any

import pytest

from k8s.component import Port
from k8s.edges import INTERNET, PRIVATE_NETWORKS, Edge, ForeignPods, Inbound, Outbound
from k8s.network_policy import NetworkPolicies, UnknownPeer
from tests.k8s.shop import DATABASE, GATEWAY, SHOP, WORKER, manifests, only, rendered


def policies(**given: Any) -> Any:
    everything = {"components": [GATEWAY, WORKER, DATABASE], "edges": [], **given}
    return rendered(lambda chart: NetworkPolicies(chart, installation=SHOP, **everything))


def test_without_edges_there_is_nothing_but_dns() -> None:
    made = policies()
    assert [each["metadata"]["name"] for each in made] == ["allow-dns", "default-deny"]
    assert only("NetworkPolicy", made, "default-deny")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }
    dns = only("NetworkPolicy", made, "allow-dns")["spec"]
    assert dns["podSelector"] == {}
    assert [port["protocol"] for port in dns["egress"][0]["ports"]] == ["UDP", "TCP"]


def test_a_cache_of_dns_may_be_asked_where_the_servers_are() -> None:
    made = policies(dns_cidrs=["169.254.20.10/32"])
    [rule] = only("NetworkPolicy", made, "allow-dns")["spec"]["egress"]
    assert rule["to"][1:] == [{"ipBlock": {"cidr": "169.254.20.10/32"}}]
    assert {port["port"] for port in rule["ports"]} == {53}


def test_an_edge_makes_both_sides() -> None:
    made = policies(edges=[Edge(source="gateway", target="worker", port_name="http", why="work")])
    source = only("NetworkPolicy", made, "gateway")["spec"]
    target = only("NetworkPolicy", made, "worker")["spec"]
    port = [{"port": 9000, "protocol": "TCP"}]
    assert source["policyTypes"] == ["Egress"]
    assert source["egress"] == [{"to": [{"podSelector": {"matchLabels": WORKER.selector}}], "ports": port}]
    assert target["policyTypes"] == ["Ingress"]
    assert target["ingress"] == [
        {"from": [{"podSelector": {"matchLabels": GATEWAY.selector}}], "ports": port}
    ]


def test_pods_of_another_namespace_are_named_with_it() -> None:
    [rule] = [
        each
        for each in only("NetworkPolicy", manifests(), "gateway")["spec"]["ingress"]
        if "namespaceSelector" in each["from"][0]
    ]
    assert rule["from"][0]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "monitoring"
    }


def test_every_pod_of_another_namespace_is_a_selector_without_labels() -> None:
    port = Port(name="otlp", number=4317)
    collector = ForeignPods(name="collector", namespace="tracing", selector={}, ports=(port,))
    edge = Edge(source="gateway", target="collector", port_name="otlp", why="traces")
    [rule] = only("NetworkPolicy", policies(edges=[edge], foreign=[collector]), "gateway")["spec"]["egress"]
    assert rule["to"][0]["podSelector"] == {}


def test_the_internet_is_without_the_private_networks() -> None:
    out = Outbound(source="worker", cidrs=[INTERNET], ports=[443], why="models")
    [rule] = only("NetworkPolicy", policies(outbound=[out]), "worker")["spec"]["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": INTERNET, "except": list(PRIVATE_NETWORKS)}}]


def test_a_block_of_addresses_stands_as_given() -> None:
    out = Outbound(source="worker", cidrs=["10.0.0.0/16"], ports=[5432], why="Aurora")
    [rule] = only("NetworkPolicy", policies(outbound=[out]), "worker")["spec"]["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": "10.0.0.0/16"}}]


def test_a_misspelt_component_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownPeer, match="names 'gatway', which is no component; did you mean gateway"):
        policies(edges=[Edge(source="gatway", target="worker", port_name="http", why="work")])


@pytest.mark.parametrize(
    "given",
    [
        {"outbound": [Outbound(source="x", cidrs=["10.0.0.0/8"], ports=[1], why="x")]},
        {"inbound": [Inbound(target="x", port_name="http", cidrs=["10.0.0.0/8"], why="x")]},
        {"edges": [Edge(source="gateway", target="x", port_name="http", why="x")]},
    ],
)
def test_what_is_no_component_is_refused(given: Any) -> None:
    with pytest.raises(UnknownPeer, match="there are gateway, worker, database"):
        policies(**given)


def test_a_port_that_the_target_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="names port 'grpc' of worker; its ports: http"):
        policies(edges=[Edge(source="gateway", target="worker", port_name="grpc", why="work")])
