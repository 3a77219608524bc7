"""Connections among pods and room on nodes, as the report tells them."""

import json
from pathlib import Path

import pytest

from commands.manifests.connections import connections
from commands.report import connections as drawing
from commands.report.page import OF_CLUSTERS
from k8s.aegisai.parts import parts_of
from k8s.aegisai.policies import network_of
from settings.capacity.table import HEADS
from settings.capacity.workloads import Moment
from tests.commands.report.conftest import Report, Small
from tests.commands.report.html import Element
from tests.k8s.aegisai.deployments import example, of_example

ON_EKS = ["aegisai-dev", "aegisai-prod"]


def section(report: Element, name: str) -> Element:
    (found,) = report.find("section", id=name)
    return found


def declared(name: str) -> set[tuple[str, str, str]]:
    """Source, target and port of each edge that the settings declare among the deployment's own parts."""
    parts = parts_of(example(name))
    ports = {(part.name, port.name): port.number for part in parts.all for port in part.ports}
    own = {part.name for part in parts.all}
    return {
        (edge.source, edge.target, str(ports[edge.target, edge.port_name]))
        for edge in network_of(example(name), parts).edges
        if {edge.source, edge.target} <= own
    }


@pytest.mark.row("A7")
@pytest.mark.parametrize("deployment", ON_EKS)
def test_each_declared_edge_is_a_row(report: Report, deployment: str) -> None:
    namespace = example(deployment).namespace
    rows = section(report(deployment), "connections").rows()
    found = {
        (
            source.removeprefix(f"{namespace}/"),
            target.removeprefix(f"{namespace}/"),
            port.removeprefix("tcp "),
        )
        for target, port, sources in rows
        for source in sources.split(", ")
        if source.startswith(f"{namespace}/") and target.startswith(f"{namespace}/")
    }
    assert found == declared(deployment)


@pytest.mark.row("A7")
@pytest.mark.parametrize("deployment", ["aegisai-local", *ON_EKS])
def test_each_declared_edge_is_an_arrow(deployment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "svg", lambda dot, label: f"{label}\n{dot}")
    dot = drawing.connections_picture(of_example(deployment), deployment)
    assert dot.startswith(f"Workloads of {deployment} and who may connect to whom\ndigraph {{")
    edges = declared(deployment)
    assert edges
    assert not [
        edge for edge in edges if f'"{edge[0]}" -> "{edge[1]}" [label="{edge[2]}"]' not in dot.split("\n")
    ]


def test_a_range_of_addresses_is_drawn_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "svg", lambda dot, label: dot)
    dot = drawing.connections_picture(of_example("aegisai-dev"), "aegisai-dev")
    assert '"postgres-backup" -> "169.254.170.23/32" [label="80"]' in dot


@pytest.mark.parametrize("deployment", ON_EKS)
def test_the_picture_is_on_the_page_with_its_arrows(report: Report, deployment: str) -> None:
    found = section(report(deployment), "connections")
    (picture,) = found.find("svg")
    assert picture.attributes["aria-label"].startswith(f"Workloads of {deployment}")
    assert len(list(picture.find("g", class_="edge"))) > len(declared(deployment))
    assert {"gateway", "9000"} <= {each.text() for each in picture.find("text")}


def test_who_is_outside_stands_with_address_or_labels() -> None:
    rows = {each.target: each for each in connections(of_example("aegisai-dev"))}
    assert rows["kube-system{k8s-app=kube-dns}"].ports == "tcp 53, udp 53"
    assert rows["169.254.170.23/32"].sources == ("aegisai/postgres-backup", "aegisai/postgres-restore")
    assert "monitoring{app.kubernetes.io/name=prometheus}" in rows["aegisai/gateway"].sources


@pytest.mark.row("A14")
@pytest.mark.parametrize("deployment", ON_EKS)
def test_the_capacity_of_the_nodes_is_a_table_and_the_sentence(report: Report, deployment: str) -> None:
    answer = example(deployment).capacity()
    assert answer is not None
    found = section(report(deployment), "capacity")
    assert f"{answer.sentence}." in found.text()
    assert [each.text() for each in found.find("th", scope="col")] == list(HEADS)
    assert [(row[0], row[4]) for row in found.rows()] == [
        (moment, str(len(answer.at(moment).nodes))) for moment in Moment
    ]


def test_without_a_cluster_there_is_nothing_of_it(report: Report) -> None:
    ids = {each.attributes.get("id") for each in report("open-webui-prod").find("section")}
    assert not ids & {*OF_CLUSTERS}


def test_manifests_without_policies_and_namespace_are_open(small: Small, tmp_path: Path) -> None:
    folder = tmp_path / "manifests" / "small"
    folder.mkdir(parents=True)
    pod = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web"}]}}
    web = {"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": pod}}
    (folder / "web.json").write_text(json.dumps({"apiVersion": "apps/v1", **web}))
    assert section(small({}), "connections").rows() == [
        ["anywhere", "tcp any, udp any", "default/web"],
        ["default/web", "tcp any, udp any", "anywhere, default/web"],
    ]
