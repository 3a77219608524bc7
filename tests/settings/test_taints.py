"""Taints of node groups: who stands them, and what the capacity check makes of them."""

from typing import Any

import pytest
from pydantic import ValidationError

from settings.aegisai import AegisAIDeployment
from settings.capacity.workloads import Moment
from settings.cluster import NodeGroup, Taint
from settings.service_pods import group_nodes, untolerated
from settings.services import SPOT_TAINT
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import by_name, example, on_eks

GENERAL = {"name": "general", "instance_types": ["c6i.xlarge"], "min_nodes": 5, "max_nodes": 6}
SPOT_TYPES = ["c6i.xlarge", "c5.xlarge"]


def group(**taint: str) -> dict[str, Any]:
    return {"name": "workers", "instance_types": SPOT_TYPES, "spot": True, "taints": [taint]}


@pytest.mark.parametrize(
    ("taint", "kept"),
    [
        ({"key": "spot", "value": "true"}, {"spot=true:NoSchedule"}),
        ({"key": "spot", "value": "yes"}, {"spot=yes:NoSchedule"}),
        ({"key": "spot"}, {"spot:NoSchedule"}),
        ({"key": "spot", "value": "true", "effect": "NoExecute"}, {"spot=true:NoExecute"}),
        ({"key": "spot", "value": "true", "effect": "PreferNoSchedule"}, set()),
    ],
)
def test_a_taint_counts_with_key_value_and_effect(taint: dict[str, str], kept: set[str]) -> None:
    assert group_nodes(NodeGroup(**group(**taint))).taints == kept


MOVED = on_eks(
    cluster={"node_groups": [GENERAL, group(key="spot", value="true") | {"max_nodes": 6}]},
    services={"gateway": {"spot": True}, "validation": {"spot": False}},
)
"""A worker keeps away from Spot nodes, and another goes there."""


@pytest.mark.parametrize("settings", [example("aegisai-prod"), MOVED], ids=["as they are", "moved"])
def test_pods_stand_the_very_taint_that_the_capacity_check_lets_them_stand(
    settings: AegisAIDeployment,
) -> None:
    answer = settings.capacity()
    assert answer
    counted = {one.name: set(one.tolerates) for one in answer.workloads}
    written = {}
    for name, deployment in by_name("Deployment", manifests(settings)).items():
        stood = deployment["spec"]["template"]["spec"].get("tolerations", [])
        assert all(each["operator"] == "Equal" for each in stood)
        written[name] = {f"{each['key']}={each['value']}:{each['effect']}" for each in stood}
    assert written == {name: counted[name] for name in settings.enabled_services}
    assert {"spot=true:NoSchedule"} in written.values()


@pytest.mark.parametrize(
    ("taint", "remedy"),
    [
        (
            {"key": "workload", "value": "ml"},
            "use spot=true:NoSchedule, which services on Spot nodes tolerate",
        ),
        ({"key": "spot", "value": "yes"}, "use spot=true:NoSchedule, which services on Spot nodes tolerate"),
        ({"key": "spot", "value": "true", "effect": "NoExecute"}, "or take the taint out"),
    ],
)
def test_a_group_that_no_pod_may_use_is_refused(taint: dict[str, str], remedy: str) -> None:
    with pytest.raises(ValidationError) as refused:
        on_eks(cluster={"node_groups": [GENERAL, group(**taint)]})
    said = str(refused.value)
    assert f"no pod tolerates {Taint(**taint)}, so the nodes of workers would stay empty" in said
    assert remedy in said


def test_a_group_for_spot_is_refused_where_no_service_goes_there() -> None:
    groups = (NodeGroup(**GENERAL), NodeGroup(**group(key="spot", value="true")))
    (refusal,) = untolerated(groups, on_spot=frozenset())
    assert str(refusal).endswith("let a service have spot: true, or take the group out")
    assert list(untolerated(groups, on_spot=frozenset({"validation"}))) == []


def test_a_taint_that_keeps_nobody_away_is_taken() -> None:
    one = on_eks(
        cluster={
            "node_groups": [GENERAL, group(key="workload", value="ml", effect="PreferNoSchedule")],
        }
    )
    assert one.capacity().at(Moment.minimum).waiting == {}


def test_what_is_written_is_what_kubectl_writes() -> None:
    assert str(SPOT_TAINT) == "spot=true:NoSchedule"
