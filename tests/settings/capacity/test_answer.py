"""The answer for people and for programs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commands.__main__ import app
from settings.capacity.answer import Capacity
from settings.capacity.nodes import NodeKind
from settings.capacity.workloads import DaemonSet, Moment, Workload

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


def test_the_sentence_doubts_the_drain_where_volumes_may_be_on_nodes() -> None:
    database = Workload(name="postgres", cpu=100, memory=2**20, volumes=1)
    for workload, on_nodes, doubted in (
        (database, True, True),
        (replace(database, volumes=0, together=True), True, True),
        (database, False, False),
        (GATEWAY, True, False),
    ):
        sentence = replace(capacity(workload), volumes_on_nodes=on_nodes).sentence
        doubt = ", but what has its volume on a node's own disk, as with local-path, waits for that node"
        assert sentence.endswith(f"; any node can be drained{doubt if doubted else ''}")


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
        "2 of gateway wait: too little CPU on 1 of 1 node (at most 0.00 left), "
        "too little memory on 1 of 1 node (at most 0.00 GiB left)"
    )


ONE = Workload(name="one", cpu=1000, memory=2**30)


@pytest.mark.parametrize(
    ("kind", "workload", "said"),
    [
        ({"pods": 3}, {"replicas": 13}, "1 of one wait: no room for more than 3 pods on 4 of 4 nodes"),
        (
            {"volumes": 2},
            {"volumes": 1, "replicas": 10},
            "2 of one wait: no room for more than 2 volumes on 4 of 4 nodes",
        ),
        (
            {"cpu": 3500, "memory": 2**35},
            {"replicas": 13},
            "1 of one wait: too little CPU on 4 of 4 nodes (at most 0.50 left)",
        ),
        (
            {"cpu": 9000},
            {"memory": 3 * 2**30, "replicas": 5},
            "1 of one wait: too little memory on 4 of 4 nodes (at most 1.00 GiB left)",
        ),
        ({}, {"cpu": 5000}, "1 of one wait: an empty node has 4.00 CPU, and one asks for 5.00"),
        ({}, {"memory": 2**33}, "1 of one wait: an empty node has 4.00 GiB, and one asks for 8.00"),
        ({"taints": frozenset({"spot"})}, {}, "1 of one wait: an empty node has a taint (spot)"),
    ],
)
def test_what_does_not_fit_says_what_is_used_up(
    kind: dict[str, Any], workload: dict[str, Any], said: str
) -> None:
    answer = capacity(replace(ONE, **workload), kind=replace(KIND, start=4, most=4, **kind))
    assert answer.shortage.partition("; ")[2] == said


def test_those_that_share_a_volume_wait_for_their_node_alone() -> None:
    answer = capacity(replace(ONE, replicas=5, together=True), kind=replace(KIND, memory=2**35))
    assert answer.shortage.partition("; ")[2] == (
        "1 of one wait: too little CPU on 1 of 1 node (at most 0.00 left); "
        "those that share a volume have to be on one node"
    )


def test_the_node_of_those_that_share_a_volume_may_be_full_of_the_others() -> None:
    first = replace(ONE, name="first", replicas=4, together=True)
    answer = capacity(first, replace(ONE, name="second", replicas=2, together=True), kind=KIND)
    assert "2 of second wait: too little CPU on 1 of 1 node (at most 0.00 left)" in answer.shortage


def test_each_waits_for_what_its_nodes_lack() -> None:
    """Nodes with a taint are full for nobody that they keep away."""
    answer = Capacity(
        workloads=(
            replace(ONE, name="dns", cpu=10, memory=1, replicas=7, system=True),
            replace(ONE, name="worker", replicas=5, tolerates=frozenset({"spot"})),
        ),
        daemon_sets=(DaemonSet(name="agent", cpu=500),),
        kinds=(
            replace(KIND, start=2, most=2, pods=3),
            replace(KIND, name="spot", start=1, most=1, cpu=2000, taints=frozenset({"spot"})),
        ),
        zones=("a",),
    )
    assert answer.shortage == (
        "12 pods request 5.07 CPU and 5.00 GiB and have 2 nodes of 4.00 CPU and 4.00 GiB, 1 node of 2.00 CPU and "
        "4.00 GiB, less 0.50 CPU of daemon sets on each; "
        "3 of dns wait: no room for more than 3 pods on 2 of 3 nodes, a taint (spot) on 1 of 3 nodes; "
        "4 of worker wait: no room for more than 3 pods on 2 of 3 nodes, too little CPU on 1 of 3 nodes "
        "(at most 0.50 left)"
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
    assert result.stderr.startswith(f"{tmp_path}/demo.yaml:1: hosting: is missing; give it, one of eks (")
    assert result.stderr.count("\n") == 1
