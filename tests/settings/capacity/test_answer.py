"""The answer for people and for programs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.__main__ import app
from settings.capacity.answer import Capacity
from settings.capacity.nodes import NodeKind
from settings.capacity.workloads import Moment, Workload

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deployments"
KIND = NodeKind(name="general", cpu=4000, memory=4 * 2**30, pods=20, volumes=4, start=3, most=6)
GATEWAY = Workload(name="gateway", cpu=1000, memory=2**30, replicas=6, most=20, surge=1)


def capacity(*workloads: Workload, kind: NodeKind = KIND) -> Capacity:
    return Capacity(workloads=workloads, daemon_sets=(), kinds=(kind,), zones=("a",))


def test_the_sentence_says_what_is_left_and_what_load_needs() -> None:
    assert capacity(GATEWAY).sentence == (
        "fits at minimum with 50 % CPU and 50 % memory left on 3 nodes; while a new version rolls out needs 3 nodes, "
        "the group allows 6; at HPA maximum needs 5 nodes, the group allows 6; any node can be drained"
    )


def test_the_sentence_says_who_waits() -> None:
    kind = NodeKind(name="nodes", cpu=4000, memory=4 * 2**30, pods=20, volumes=4, start=2, most=2)
    system = Workload(name="dns", cpu=100, memory=2**20, system=True)
    answer = capacity(GATEWAY, system, kind=kind)
    assert answer.sentence == (
        "fits at minimum with 23 % CPU and 24 % memory left on 2 nodes; while a new version rolls out fits on 2 nodes; "
        "at HPA maximum 13 of gateway wait, on 2 nodes of 2; "
        "3 of gateway wait while a node is drained and none is added"
    )
    assert answer.at(Moment.maximum).waiting == {"gateway": 13}, "not the cluster's own pods"


def test_what_does_not_fit_says_the_numbers() -> None:
    kind = NodeKind(name="nodes", cpu=4000, memory=4 * 2**30, pods=20, volumes=4, start=1, most=1)
    answer = capacity(GATEWAY, kind=kind)
    assert not answer.fits
    assert answer.sentence == (
        "does not fit at minimum: 6 pods request 6.00 CPU and 6.00 GiB and have 1 node of 4.00 CPU and 4.00 GiB; "
        "2 of gateway wait"
    )


def test_a_database_waits_while_the_only_node_of_its_zone_is_drained() -> None:
    answer = Capacity(
        workloads=(Workload(name="postgres", cpu=100, memory=2**20, volumes=1),),
        daemon_sets=(),
        kinds=(NodeKind(name="general", cpu=4000, memory=2**30, pods=9, volumes=4, start=2, most=4),),
        zones=("a", "b"),
    )
    assert answer.waiting_when_drained == {"postgres": 1}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(ROOT)
    return CliRunner()


@pytest.mark.row("A14")
def test_the_command_prints_tables_and_the_sentence(run: CliRunner) -> None:
    result = run.invoke(app, ["capacity", "--deployments", str(FOLDER), "aegisai-prod"])
    assert result.exit_code == 0
    assert "at HPA maximum" in result.output
    assert "\naegisai-prod: fits at minimum with " in result.output
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in result.output.splitlines()]
    assert [row[:2] for row in rows if row[0] == "general"] == [
        ["general", "zone 1"],
        ["general", "zone 2"],
        ["general", "zone 1"],
    ]


def test_programs_read_it_as_json(run: CliRunner) -> None:
    result = run.invoke(app, ["capacity", "--deployments", str(FOLDER), "--json"])
    printed = json.loads(result.output)
    assert set(printed) == {"aegisai-dev", "aegisai-local", "aegisai-prod"}
    minimum = printed["aegisai-local"]["moments"]["minimum"]
    assert minimum["waiting"] == {}
    assert sum(node["workloads"].get("gateway", 0) for node in minimum["nodes"]) == 2


def test_a_deployment_without_nodes_says_so(run: CliRunner) -> None:
    result = run.invoke(app, ["capacity", "open-webui-dev"])
    assert (result.exit_code, result.output) == (0, "open-webui-dev: has no nodes of its own\n")


def test_a_bad_file_is_a_line_and_no_traceback(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text("system: aegisai\n")
    result = run.invoke(app, ["capacity", "--deployments", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/demo.yaml:1: hosting: is missing; give it, one of eks, any\n"
