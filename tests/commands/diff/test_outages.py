"""What a change of a workload does to its pods."""

from typing import Any

import pytest

from commands.diff.changes import DeploymentChange
from commands.diff.gate import verdict
from commands.diff.manifests import address, compared
from commands.manifest_files import Object
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import anywhere

GROUPS = {"Rollout": "argoproj.io/v1alpha1"}


def workload(kind: str, name: str = "gateway", **spec: Any) -> Object:
    return {
        "apiVersion": GROUPS.get(kind, "apps/v1"),
        "kind": kind,
        "metadata": {"name": name, "namespace": "aegisai"},
        "spec": spec,
    }


def lost(before: list[Object], after: list[Object]) -> dict[str, str | None]:
    sides = ({address(each): each for each in side} for side in (before, after))
    return {each.address: each.lost for each in compared(*sides)}


@pytest.mark.parametrize("kind", ["Deployment", "Rollout"])
@pytest.mark.parametrize(("was", "now", "falls"), [(6, None, True), (1, None, False), (6, 2, False)])
def test_a_number_that_is_no_longer_written_takes_pods_away(
    kind: str, was: int, now: int | None, falls: bool
) -> None:
    after = workload(kind) if now is None else workload(kind, replicas=now)
    (why,) = lost([workload(kind, replicas=was)], [after]).values()
    assert (why is not None) is falls
    if why:
        assert why.startswith(
            "spec.replicas is no longer written, so 6 pods become one until an autoscaler acts"
        )


def test_an_autoscaler_that_goes_on_changes_no_pod() -> None:
    assert list(lost([workload("Deployment", a=1)], [workload("Deployment", a=2)]).values()) == [None]


@pytest.mark.parametrize(("old", "new"), [("Deployment", "Rollout"), ("Rollout", "Deployment")])
def test_pods_go_with_a_workload_whose_name_another_kind_takes(old: str, new: str) -> None:
    said = lost([workload(old)], [workload(new)])
    assert said[address(workload(new))] is None
    why = said[address(workload(old))]
    assert why is not None
    assert why.startswith(f"its pods go with it, whether those of the {new} are ready or not")


def test_a_workload_that_goes_for_good_or_gets_another_name_is_meant() -> None:
    assert set(lost([workload("Deployment")], [workload("Rollout", "other")]).values()) == {None}
    assert set(lost([workload("Deployment")], []).values()) == {None}


def test_another_strategy_fails_the_gate_for_each_service() -> None:
    prometheus = {"prometheus": "existing"}
    room = {"count": 9}
    before, after = (
        {
            address(each): each
            for each in manifests(
                anywhere(observability=prometheus, nodes=room, rollout={"strategy": strategy})
            )
        }
        for strategy in ("rolling", "canary")
    )
    change = DeploymentChange(deployment="aegisai-local", manifests=tuple(compared(before, after)))
    errors = verdict([change]).errors
    assert len(errors) == 6
    assert "Deployment/aegisai/gateway is removed, its pods go with it" in " ".join(errors)


def test_autoscaling_that_comes_fails_the_gate() -> None:
    before, after = (
        {address(each): each for each in manifests(anywhere(services={"gateway": size}, nodes={"count": 9}))}
        for size in ({"replicas": 6, "max_replicas": 6}, {"replicas": 6, "max_replicas": 20})
    )
    change = DeploymentChange(deployment="aegisai-local", manifests=tuple(compared(before, after)))
    (error,) = verdict([change]).errors
    assert error.startswith(
        "aegisai-local: Deployment/aegisai/gateway is changed, spec.replicas is no longer"
    )
