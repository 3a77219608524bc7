"""The rendered manifests are the document's tables."""

from typing import Any

import pytest

from k8s.quantity import canonical
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai import document
from tests.k8s.aegisai.deployments import anywhere, by_name, of_example

MADE = of_example("aegisai-local")


def container(name: str) -> Any:
    workloads = {**by_name("Deployment", MADE), **by_name("StatefulSet", MADE)}
    [found] = workloads[name]["spec"]["template"]["spec"]["containers"]
    return found


@pytest.mark.row("A1")
@pytest.mark.skipif(document.SEED is None, reason="the document is not there")
def test_our_table_is_the_documents() -> None:
    assert document.SEED is not None
    text = document.SEED.read_text()
    assert document.services(text) == document.TABLE
    assert document.volumes(text) == document.VOLUMES


@pytest.mark.row("A1")
def test_the_namespace_is_the_documents() -> None:
    assert {each["metadata"].get("namespace", "aegisai") for each in MADE} == {"aegisai"}


@pytest.mark.row("A1")
@pytest.mark.parametrize("name", document.TABLE)
def test_ports_and_types_are_the_documents(name: str) -> None:
    said, service = document.TABLE[name], by_name("Service", MADE)[name]["spec"]
    [port] = service["ports"]
    [listens] = container(name)["ports"]
    assert port["targetPort"] == listens["name"]
    assert listens["containerPort"] == said.port
    assert port["port"] == (said.external_port or said.port)
    assert service.get("type", "ClusterIP") == said.type


@pytest.mark.row("A1", "A3")
@pytest.mark.parametrize("name", [name for name, said in document.TABLE.items() if said.scales])
def test_replicas_scale_as_the_document_says(name: str) -> None:
    said, scaler = document.TABLE[name], by_name("HorizontalPodAutoscaler", MADE)[name]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == said.scales
    assert said.replicas == scaler["minReplicas"]
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    assert "replicas" not in by_name("Deployment", MADE)[name]["spec"]


@pytest.mark.row("A1")
@pytest.mark.parametrize("name", [name for name, said in document.TABLE.items() if said.cpu])
def test_requests_and_limits_are_the_documents(name: str) -> None:
    said, resources = document.TABLE[name], container(name)["resources"]
    assert (resources["requests"]["memory"], resources["limits"]["memory"]) == said.memory
    assert said.cpu is not None
    assert (resources["requests"]["cpu"], resources["limits"]["cpu"]) == tuple(map(canonical, said.cpu))


@pytest.mark.row("A1", "A5")
@pytest.mark.parametrize("name", [name for name, said in document.TABLE.items() if said.health])
def test_probes_ask_the_documents_path(name: str) -> None:
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container(name)[probe]["httpGet"] == {"path": document.TABLE[name].health, "port": "http"}


@pytest.mark.row("A2")
def test_volumes_are_the_documents() -> None:
    made = manifests(anywhere())
    shared = by_name("PersistentVolumeClaim", made)["shared-storage"]["spec"]
    assert (shared["resources"]["requests"]["storage"], *shared["accessModes"]) == document.VOLUMES[
        "Shared Storage"
    ]
    for name, called in (("postgres", "PostgreSQL"), ("redis", "Redis")):
        claim = by_name("PersistentVolumeClaim", made)[f"{name}-data"]
        size = claim["spec"]["resources"]["requests"]["storage"]
        assert (size, *claim["spec"]["accessModes"]) == document.VOLUMES[called]
