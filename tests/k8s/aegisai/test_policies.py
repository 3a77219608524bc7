"""Who may speak to whom is the document's table, and no more."""

from pathlib import Path
from typing import Any

import pytest

from commands.assembly import templates
from k8s.aegisai.parts import parts_of
from k8s.aegisai.policies import load_balancer_blocks, nearby, network_of, store_blocks
from k8s.checks.network import POD_NETWORKS, Allowed, allowed_edges
from k8s.edges import PRIVATE_NETWORKS
from k8s.manifests import Manifest
from settings.aegisai import TAKEN
from settings.aegisai_eks import AegisAIOnEks
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import (
    VARIANTS,
    anywhere,
    by_name,
    example,
    of_example,
    of_variant,
    on_eks,
)

WORKERS = ("validation", "extract-metadata", "extract-content", "ai-service")
PORTS = {
    "postgres": 5432,
    "redis": 6379,
    "orchestrator": 9000,
    "validation": 9001,
    "extract-metadata": 9002,
    "extract-content": 9003,
    "ai-service": 9004,
}
DOCUMENT = {
    "gateway": ("postgres", "redis", "orchestrator"),
    "orchestrator": ("redis", *WORKERS),
    **dict.fromkeys(WORKERS, ("redis",)),
}
"""The document's "Network Policies"."""
OURS = {"postgres-backup": ("postgres",), "postgres-restore": ("postgres",)}


def between_pods(made: list[Manifest]) -> set[Allowed]:
    return {
        edge
        for edge in allowed_edges(made)
        if edge.source.startswith("aegisai/") and edge.target.startswith("aegisai/")
    }


def outside(made: list[Manifest]) -> set[tuple[str, str, int | None]]:
    """What passes the namespace's border, but for DNS."""
    return {
        (edge.source.removeprefix("aegisai/"), edge.target.removeprefix("aegisai/"), edge.port)
        for edge in allowed_edges(made) - between_pods(made)
        if "kube-dns" not in edge.target
    }


@pytest.mark.row("A7")
def test_pods_speak_as_the_document_says() -> None:
    expected = {
        Allowed(source=f"aegisai/{source}", target=f"aegisai/{target}", port=PORTS[target])
        for source, targets in {**DOCUMENT, **OURS}.items()
        for target in targets
    }
    assert between_pods(of_example("aegisai-local")) == expected


@pytest.mark.row("A7")
def test_what_leaves_and_enters_a_local_cluster() -> None:
    assert outside(of_example("aegisai-local")) == {
        ("0.0.0.0/0", "gateway", 8000),
        ("ai-service", "0.0.0.0/0", 443),
    }


@pytest.mark.row("A7")
def test_what_leaves_and_enters_with_aurora_and_elasticache() -> None:
    services = ("gateway", "orchestrator", *WORKERS)
    jobs = ("postgres-backup", "postgres-restore")
    stores = ("10.0.11.0/24", "10.0.12.0/24")
    assert outside(of_example("aegisai-prod")) == {
        *((block, "gateway", 8000) for block in ("10.0.1.0/24", "10.0.2.0/24")),
        *(("gateway", block, 5432) for block in stores),
        *((name, block, 6379) for name in services for block in stores),
        ("ai-service", "0.0.0.0/0", 443),
        *((name, block, 5432) for name in jobs for block in stores),
        *((name, "169.254.170.23/32", 80) for name in jobs),
        *((name, "0.0.0.0/0", 443) for name in jobs),
    } | {
        ("monitoring{app.kubernetes.io/name=prometheus}", name, port)
        for name, port in {**{name: PORTS[name] for name in services[1:]}, "gateway": 8000}.items()
    }


EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "availability_zones": ["eu-west-1a", "eu-west-1b"],
    "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "public_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
}


def to_the_gateway(**given: Any) -> set[str]:
    made = manifests(on_eks(observability={"prometheus": "none"}, **given))
    return {edge[0] for edge in outside(made) if edge[1] == "gateway"}


@pytest.mark.row("A7")
def test_the_gateway_is_reached_from_where_its_load_balancer_is() -> None:
    ranges = {
        "public_subnets": ["10.0.101.0/24", "10.0.102.0/24"],
        "private_subnets": ["10.0.111.0/24", "10.0.112.0/24"],
    }
    plain = {"allow_plain_http": True}
    assert to_the_gateway(network=ranges, ingress=plain) == set(ranges["public_subnets"])
    internal = {**plain, "scheme": "internal"}
    assert to_the_gateway(network=ranges, ingress=internal) == set(ranges["private_subnets"])
    assert to_the_gateway(network={"existing": EXISTING}, ingress=plain) == set(POD_NETWORKS)
    known = {**EXISTING, "cidrs": ["10.7.0.0/16"]}
    assert to_the_gateway(network={"existing": known}, ingress=plain) == {"10.7.0.0/16"}


PUBLIC = "11.0.0.0/16"
"""Addresses of the internet, which a VPC may have for itself."""


@pytest.mark.row("A7")
@pytest.mark.parametrize(
    "network",
    [
        {
            "cidr": PUBLIC,
            "public_subnets": ["11.0.1.0/24", "11.0.2.0/24"],
            "private_subnets": ["11.0.11.0/24", "11.0.12.0/24"],
        },
        {"existing": {**EXISTING, "cidrs": [PUBLIC]}},
    ],
    ids=["new", "existing"],
)
def test_a_vpc_with_public_addresses_is_no_internet(network: dict[str, Any]) -> None:
    settings = on_eks(network=network)
    policies = by_name("NetworkPolicy", manifests(settings))
    [internet] = [
        peer["ipBlock"]
        for rule in policies["ai-service"]["spec"]["egress"]
        for peer in rule["to"]
        if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"
    ]
    assert internet["except"] == [*PRIVATE_NETWORKS, PUBLIC]
    assert nearby(settings) == (*POD_NETWORKS, PUBLIC)
    api = {peer["ipBlock"]["cidr"] for peer in policies["volume-snapshots"]["spec"]["egress"][0]["to"]}
    assert api == {*POD_NETWORKS, PUBLIC}


SUBNET_TAGS = {
    "public_subnets": "kubernetes.io/role/elb",
    "private_subnets": "kubernetes.io/role/internal-elb",
}


@pytest.mark.row("A7")
@pytest.mark.parametrize("deployment", ["aegisai-dev", "aegisai-prod"])
def test_the_ranges_are_those_of_the_subnets_that_the_template_makes(assembly: Path, deployment: str) -> None:
    settings = example(deployment)
    assert isinstance(settings, AegisAIOnEks)
    [network] = [each for each in templates(assembly, deployment) if each.name == f"{deployment}.Network"]
    made: dict[str, set[str]] = {tier: set() for tier in SUBNET_TAGS}
    subnets = [each for each in network.resources.values() if each["Type"] == "AWS::EC2::Subnet"]
    for each in subnets:
        tags = {tag["Key"] for tag in each["Properties"]["Tags"]}
        for tier, tag in SUBNET_TAGS.items():
            if tag in tags:
                made[tier].add(each["Properties"]["CidrBlock"])
    internal = settings.model_copy(
        update={"ingress": settings.ingress.model_copy(update={"scheme": "internal"})}
    )
    assert set(load_balancer_blocks(settings)) == made["public_subnets"]
    assert set(load_balancer_blocks(internal)) == set(store_blocks(settings)) == made["private_subnets"]


@pytest.mark.row("A7")
@pytest.mark.parametrize(
    ("given", "sources"),
    [
        ({}, {"0.0.0.0/0", "*{}"}),
        ({"controller_namespace": "kube-system"}, {"kube-system{}"}),
    ],
)
def test_an_ingress_controller_reaches_the_gateway_from_its_pods(
    given: dict[str, str], sources: set[str]
) -> None:
    made = manifests(anywhere(ingress={"type": "ingress", **given}))
    assert {edge[0] for edge in outside(made) if edge[1] == "gateway"} == sources
    assert not {edge for edge in between_pods(made) if edge.target == "aegisai/gateway"}


@pytest.mark.row("A7")
def test_a_gateway_that_nothing_outside_reaches_is_closed() -> None:
    made = manifests(anywhere(ingress={"type": "none"}))
    assert not {edge for edge in outside(made) if edge[1] == "gateway"}


@pytest.mark.row("A7", "A11")
def test_traces_go_to_the_collectors_namespace_alone() -> None:
    made = of_variant("blue-green")
    assert {edge for edge in outside(made) if edge[2] == 4317} == {
        (name, "tracing{}", 4317)
        for name in ("gateway", "orchestrator", "validation", "extract-metadata", "ai-service", "transcode")
    }


@pytest.mark.row("A7")
def test_every_pod_may_ask_the_caches_of_dns_and_nothing_else_of_theirs() -> None:
    made = of_variant("bucket")
    asked = {edge for edge in outside(made) if edge[1] == "169.254.20.10/32"}
    assert {port for *_, port in asked} == {53}
    assert {source for source, *_ in asked} == {each.name for each in parts_of(VARIANTS["bucket"]).all}


@pytest.mark.row("A7")
def test_buckets_are_reached_by_who_works_on_files() -> None:
    reached = {edge[0] for edge in outside(of_variant("canary")) if edge[1:] == ("169.254.170.23/32", 80)}
    assert reached == {"gateway", *WORKERS, "postgres-backup", "postgres-restore"}


@pytest.mark.parametrize("name", VARIANTS)
def test_no_service_can_have_the_name_of_another_part(name: str) -> None:
    settings = VARIANTS[name]
    parts = parts_of(settings)
    others = {each.name for each in parts.all} - set(parts.services)
    assert others | {each.name for each in network_of(settings, parts).foreign} <= set(TAKEN)
