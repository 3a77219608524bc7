"""Who may speak to whom is the document's table, and no more."""

import pytest

from k8s.aegisai.parts import parts_of
from k8s.aegisai.policies import network_of
from k8s.checks.network import Allowed, allowed_edges
from k8s.manifests import Manifest
from settings.aegisai import TAKEN
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import VARIANTS, anywhere, of_example, of_variant

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
    assert outside(of_example("aegisai-prod")) == {
        ("10.0.0.0/16", "gateway", 8000),
        ("gateway", "10.0.0.0/16", 5432),
        *((name, "10.0.0.0/16", 6379) for name in services),
        ("ai-service", "0.0.0.0/0", 443),
        *((name, "10.0.0.0/16", 5432) for name in jobs),
        *((name, "169.254.170.23/32", 80) for name in jobs),
        *((name, "0.0.0.0/0", 443) for name in jobs),
    } | {
        ("monitoring{app.kubernetes.io/name=prometheus}", name, port)
        for name, port in {**{name: PORTS[name] for name in services[1:]}, "gateway": 8000}.items()
    }


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
