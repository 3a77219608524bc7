"""Pods find a place on nodes, or wait."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from settings.capacity.nodes import NodeKind
from settings.capacity.packing import Demand, Packing, pack
from settings.capacity.workloads import DaemonSet, Workload

KIND = NodeKind(name="general", cpu=4000, memory=8000, pods=20, volumes=2, start=2, most=2)
ONE = Workload(name="one", cpu=1000, memory=1000)
ZONES = ("a", "b", "c")
SPOT = "spot=true:NoSchedule"
REPEATABLE = settings(deadline=None, derandomize=True, database=None)
"""A busy machine fails no test, and each run has the same examples."""


def packed(kind: NodeKind, *demand: Demand, zones: tuple[str, ...] = ("a",)) -> Packing:
    return pack([demand], [kind], zones=zones)


def test_the_largest_find_their_place_first() -> None:
    large = Workload(name="large", cpu=3000, memory=1)
    packing = packed(replace(KIND, start=2, most=2), (ONE, 2), (large, 2))
    assert packing.waiting == {}
    assert [dict(node.held) for node in packing.nodes] == [{"large": 1, "one": 1}] * 2


def test_what_comes_first_in_order_is_not_pushed_out_by_what_is_larger() -> None:
    large = Workload(name="large", cpu=4000, memory=1)
    packing = pack([[(ONE, 1)], [(large, 2)]], [KIND], zones=("a",))
    assert packing.waiting == {"large": 1}


def test_cpu_memory_pods_and_volumes_each_bound_a_node() -> None:
    for one, fit in (
        (Workload(name="cpu", cpu=2000, memory=1), 4),
        (Workload(name="memory", cpu=1, memory=4000), 4),
        (Workload(name="pods", cpu=1, memory=1), 40),
        (Workload(name="volumes", cpu=1, memory=1, volumes=1), 4),
    ):
        assert packed(KIND, (one, fit)).waiting == {}, one
        assert packed(KIND, (one, fit + 3)).waiting == {one.name: 3}, one


def test_daemon_sets_are_on_every_node_that_is_added_too() -> None:
    daemons = [DaemonSet(name="agent", cpu=3000)]
    packing = pack([[(ONE, 3)]], [replace(KIND, start=1, most=3)], daemon_sets=daemons, zones=("a",))
    assert (packing.waiting, len(packing.nodes)) == ({}, 3)
    assert {node.cpu for node in packing.nodes} == {4000}


def test_pods_of_a_kind_are_spread_over_the_zones() -> None:
    packing = packed(replace(KIND, start=3, most=3), (ONE, 7), zones=ZONES)
    assert sorted(Counter(packing.zones_of["one"]).values()) == [2, 2, 3]
    assert all(node.held["one"] in (2, 3) for node in packing.nodes)


def test_a_zone_that_is_full_makes_nobody_wait_while_another_has_room() -> None:
    packing = packed(replace(KIND, start=3, most=9), (ONE, 12), zones=("a", "b"))
    assert [node.zone for node in packing.nodes] == ["a", "b", "a"]
    assert packing.waiting == {}
    assert Counter(packing.zones_of["one"]) == {"a": 8, "b": 4}


def test_pods_that_share_a_volume_are_on_one_node_and_wait_when_it_is_full() -> None:
    first, second = (replace(ONE, name=name, together=True) for name in ("first", "second"))
    packing = packed(replace(KIND, start=3, most=3), (first, 2), (second, 3), zones=ZONES)
    assert [dict(node.held) for node in packing.nodes if node.held] == [{"first": 2, "second": 2}]
    assert packing.waiting == {"second": 1}


def test_the_node_of_those_that_cannot_go_elsewhere_is_left_to_them() -> None:
    tied = replace(ONE, name="tied", together=True)
    packing = pack([[(ONE, 4), (tied, 2)], [(tied, 2)]], [KIND], zones=("a",))
    assert packing.waiting == {}
    assert sorted(dict(node.held).popitem() for node in packing.nodes) == [("one", 4), ("tied", 4)]


def test_autoscaling_adds_nodes_and_evens_out_zones() -> None:
    packing = packed(replace(KIND, start=3, most=4), (ONE, 13), zones=("a", "b"))
    assert packing.waiting == {}
    assert Counter(node.zone for node in packing.nodes) == {"a": 2, "b": 2}


def test_a_zone_that_a_pod_is_bound_to_may_get_its_node_after_another() -> None:
    kind = replace(KIND, start=1, most=3)
    bound = {"one": ("a",) * 5}
    packing = pack([[(ONE, 5)]], [kind], zones=("a", "b"), fixed=bound)
    assert packing.waiting == {}
    assert Counter(node.zone for node in packing.nodes) == {"a": 2, "b": 1}


def test_a_taint_keeps_away_who_does_not_tolerate_it() -> None:
    general = replace(KIND, start=1, most=1)
    spot = replace(KIND, name="spot", start=0, most=2, taints=frozenset({SPOT}))
    worker = replace(ONE, name="worker", tolerates=frozenset({SPOT}))
    packing = pack([[(ONE, 6), (worker, 6)]], [general, spot], zones=("a",))
    assert packing.waiting == {"one": 2}
    assert packing.count == {"general": 1, "spot": 2}
    assert all(set(node.held) == {"worker"} for node in packing.nodes if node.kind is spot)


def test_who_tolerates_a_taint_goes_there_first() -> None:
    spot = replace(KIND, name="spot", start=1, most=1, taints=frozenset({SPOT}))
    worker = replace(ONE, name="worker", tolerates=frozenset({SPOT}))
    packing = pack([[(ONE, 4), (worker, 5)]], [replace(KIND, start=2), spot], zones=("a",))
    assert packing.waiting == {}
    assert [dict(node.held) for node in packing.nodes] == [{"one": 4}, {"worker": 1}, {"worker": 4}]


def test_no_node_is_added_for_a_pod_that_is_larger_than_any() -> None:
    packing = packed(replace(KIND, most=9), (Workload(name="huge", cpu=4001, memory=1), 1))
    assert (packing.waiting, len(packing.nodes)) == ({"huge": 1}, 2)


def test_a_pod_with_a_volume_stays_in_its_zone_when_a_node_goes() -> None:
    kind = replace(KIND, start=3, most=0)
    kept = replace(ONE, name="kept", volumes=1)
    before = packed(kind, (kept, 1), zones=ZONES)
    [zone] = before.zones_of["kept"]
    index = next(index for index, node in enumerate(before.nodes) if node.zone == zone)
    after = pack([[(kept, 1), (ONE, 1)]], [kind], zones=ZONES, fixed=before.zones_of, without=index)
    assert after.waiting == {"kept": 1}


amounts = st.integers(0, 5000)
workloads = st.lists(
    st.tuples(
        st.builds(
            Workload,
            name=st.sampled_from("abcdefgh"),
            cpu=amounts,
            memory=amounts,
            volumes=st.integers(0, 1),
            tolerates=st.sampled_from([frozenset(), frozenset({SPOT})]),
        ),
        st.integers(0, 20),
    ),
    max_size=8,
    unique_by=lambda each: each[0].name,
)
kinds = st.builds(
    NodeKind,
    name=st.just("general"),
    cpu=st.integers(500, 8000),
    memory=st.integers(500, 8000),
    pods=st.integers(1, 30),
    volumes=st.integers(0, 4),
    start=st.integers(1, 6),
    most=st.integers(0, 9),
)
daemon_sets = st.lists(st.builds(DaemonSet, name=st.just("agent"), cpu=st.integers(0, 400)), max_size=2)
zone_counts = st.integers(1, 3)


@REPEATABLE
@given(demand=workloads, kind=kinds, spot=kinds, daemons=daemon_sets, zones=zone_counts)
def test_no_node_holds_more_than_it_has_and_no_pod_is_lost(
    demand: list[Demand], kind: NodeKind, spot: NodeKind, daemons: list[DaemonSet], zones: int
) -> None:
    tainted = replace(spot, name="spot", start=spot.start - 1, taints=frozenset({SPOT}))
    packing = pack([demand], [kind, tainted], daemon_sets=daemons, zones=ZONES[:zones])
    known = {one.name: one for one, _ in demand}
    for node in packing.nodes:
        held = [known[name] for name, count in node.held.items() for _ in range(count)]
        if held:
            assert node.cpu <= node.kind.cpu
            assert node.memory <= node.kind.memory
            assert node.pods <= node.kind.pods
            assert node.volumes <= node.kind.volumes
        assert node.cpu == sum(one.cpu for one in held) + sum(one.cpu for one in daemons)
        assert all(node.kind.taints <= one.tolerates for one in held)
    placed = sum((node.held for node in packing.nodes), Counter[str]())
    for one, count in demand:
        assert placed[one.name] + packing.waiting.get(one.name, 0) == count
    for each in (kind, tainted):
        assert packing.count[each.name] <= max(each.start, each.most)


@REPEATABLE
@given(demand=workloads, kind=kinds, daemons=daemon_sets, zones=zone_counts)
def test_one_more_node_makes_nobody_wait_who_did_not(
    demand: list[Demand], kind: NodeKind, daemons: list[DaemonSet], zones: int
) -> None:
    there = replace(kind, start=max(kind.start, zones), most=0)
    more = replace(there, start=there.start + 1)
    before, after = (
        pack([demand], [each], daemon_sets=daemons, zones=ZONES[:zones]).waiting for each in (there, more)
    )
    assert sum(after.values()) <= sum(before.values())
    assert set(after) <= set(before)


@REPEATABLE
@given(demand=workloads, kind=kinds)
def test_growing_is_the_same_as_having_had_the_nodes_before(demand: list[Demand], kind: NodeKind) -> None:
    grown = pack([demand], [kind], zones=("a",))
    again = pack([demand], [replace(kind, start=len(grown.nodes), most=0)], zones=("a",))
    assert again.waiting == grown.waiting
    assert [node.held for node in again.nodes] == [node.held for node in grown.nodes]


@REPEATABLE
@given(demand=workloads, kind=kinds, zones=zone_counts)
def test_no_kind_of_pod_is_spread_unevenly_while_there_is_room(
    demand: list[Demand], kind: NodeKind, zones: int
) -> None:
    roomy = replace(kind, cpu=10**6, memory=10**6, pods=10**3, volumes=10**3, start=max(kind.start, zones))
    packing = pack([demand], [roomy], zones=ZONES[:zones])
    for one, count in demand:
        per_zone = Counter(packing.zones_of.get(one.name, ()))
        assert sum(per_zone.values()) == count
        counts = [per_zone[zone] for zone in ZONES[:zones]]
        assert max(counts) - min(counts) <= 1
