"""Workloads keep pods running the way the house wants it."""

from typing import Any

import pytest

from k8s.autoscaling import Autoscaling
from k8s.disruption import PodDisruptionBudget
from k8s.workload import ClaimTemplate, Deployment, StatefulSet
from tests.k8s.shop import DATABASE, WORKER, manifests, only, pod, rendered

NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"


def deployment(**more: Any) -> Any:
    return only(
        "Deployment",
        rendered(lambda chart: Deployment(chart, component=WORKER, pod=pod(WORKER), replicas=2, **more)),
    )


def test_objects_carry_every_recommended_label() -> None:
    gateway = only("Rollout", manifests())
    labels = {
        NAME: "gateway",
        INSTANCE: "shop-dev",
        "app.kubernetes.io/part-of": "shop",
        "app.kubernetes.io/component": "gateway",
        "app.kubernetes.io/version": "1.2.0",
        "app.kubernetes.io/managed-by": "pergola",
    }
    assert gateway["metadata"]["labels"] == labels
    assert gateway["spec"]["template"]["metadata"]["labels"] == labels


def test_selectors_never_change_with_the_version() -> None:
    selector = only("Rollout", manifests())["spec"]["selector"]
    assert selector == {"matchLabels": {NAME: "gateway", INSTANCE: "shop-dev"}}


def test_a_rolling_update_leaves_no_pod_unavailable() -> None:
    assert deployment()["spec"]["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
    }


def test_recreate_ends_the_old_pods_first() -> None:
    assert deployment(strategy="Recreate")["spec"]["strategy"] == {"type": "Recreate"}


def test_old_revisions_are_kept_to_roll_back_to() -> None:
    assert deployment()["spec"]["revisionHistoryLimit"] == 5


def test_a_fixed_number_is_written_and_a_scaled_one_left_to_the_autoscaler() -> None:
    assert deployment()["spec"]["replicas"] == 2
    assert "replicas" not in deployment(autoscaling=Autoscaling(max_replicas=8))["spec"]


def test_the_autoscaler_is_quick_up_and_slow_down() -> None:
    scaler = only("HorizontalPodAutoscaler", manifests(), "worker")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 8)
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "worker"}
    assert scaler["behavior"] == {
        "scaleUp": {"stabilizationWindowSeconds": 60},
        "scaleDown": {"stabilizationWindowSeconds": 300},
    }
    targets = {each["resource"]["name"]: each["resource"]["target"] for each in scaler["metrics"]}
    assert targets == {
        "cpu": {"type": "Utilization", "averageUtilization": 70},
        "memory": {"type": "Utilization", "averageUtilization": 80},
    }


def test_an_autoscaler_below_the_minimum_is_refused() -> None:
    with pytest.raises(ValueError, match=r"worker: at most 1 replicas, but 2 at least; raise max_replicas"):
        deployment(autoscaling=Autoscaling(max_replicas=1))


def test_an_autoscaler_that_follows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="follows nothing; give cpu_percent or memory_percent"):
        deployment(autoscaling=Autoscaling(max_replicas=4, cpu_percent=None))


def test_the_vertical_autoscaler_only_recommends() -> None:
    vertical = only("VerticalPodAutoscaler", manifests())["spec"]
    assert vertical == {
        "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "worker"},
        "updatePolicy": {"updateMode": "Off"},
    }


def test_a_budget_keeps_one_pod_and_lets_broken_ones_go() -> None:
    budget = only("PodDisruptionBudget", manifests())["spec"]
    assert budget["minAvailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert budget["selector"]["matchLabels"][NAME] == "worker"


@pytest.mark.parametrize(("replicas", "kept"), [(1, 1), (2, 2)])
def test_a_budget_without_a_pod_to_spare_is_refused(replicas: int, kept: int) -> None:
    def chart(scope: Any) -> None:
        workload = Deployment(scope, component=WORKER, pod=pod(WORKER), replicas=replicas)
        PodDisruptionBudget(scope, workload=workload, min_available=kept)

    with pytest.raises(ValueError, match=f"would block every drain; run {kept + 1} replicas"):
        rendered(chart)


def test_the_claims_of_a_stateful_set_outlive_it() -> None:
    spec = only("StatefulSet", manifests())["spec"]
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    [claim] = spec["volumeClaimTemplates"]
    assert claim["metadata"]["name"] == "data"
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "fast",
    }
    assert "data" not in [volume["name"] for volume in spec["template"]["spec"].get("volumes", [])]


def test_a_stateful_set_is_under_a_headless_service_of_its_name() -> None:
    made = rendered(
        lambda chart: StatefulSet(
            chart,
            component=DATABASE,
            pod=pod(DATABASE),
            replicas=1,
            claims=[ClaimTemplate(name="data", size="1Gi")],
        )
    )
    spec = only("StatefulSet", made)["spec"]
    assert spec["serviceName"] == "database"
    assert "storageClassName" not in spec["volumeClaimTemplates"][0]["spec"]
