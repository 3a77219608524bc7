"""The services' pods: probes, budgets, spread, security, roll-out, Spot."""

import json
from typing import Any

import pytest

from k8s.aegisai.services import CAPACITY_TYPE
from k8s.manifests import Manifest
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import anywhere, by_name, of_example, of_variant, on_eks

MADE = of_example("aegisai-local")
SERVICES = ("gateway", "orchestrator", "validation", "extract-metadata", "extract-content", "ai-service")
WORKERS = SERVICES[2:]


def pod(name: str, made: list[Manifest] = MADE, kind: str = "Deployment") -> Any:
    return by_name(kind, made)[name]["spec"]["template"]["spec"]


@pytest.mark.row("A3")
@pytest.mark.parametrize("name", SERVICES)
def test_scaling_follows_cpu_and_memory_fast_up_and_slowly_down(name: str) -> None:
    spec = by_name("HorizontalPodAutoscaler", MADE)[name]["spec"]
    targets = {
        each["resource"]["name"]: each["resource"]["target"]["averageUtilization"] for each in spec["metrics"]
    }
    assert 70 <= targets["cpu"] <= 75
    assert 80 <= targets["memory"] <= 85
    assert spec["behavior"]["scaleUp"] == {"stabilizationWindowSeconds": 60}
    assert spec["behavior"]["scaleDown"] == {"stabilizationWindowSeconds": 300}


@pytest.mark.row("A4")
def test_one_pod_of_each_service_stays_and_no_store_blocks_a_drain() -> None:
    budgets = by_name("PodDisruptionBudget", manifests(anywhere()))
    assert set(budgets) == set(SERVICES)
    assert {each["spec"]["minAvailable"] for each in budgets.values()} == {1}


@pytest.mark.row("A4")
def test_a_service_of_one_pod_has_no_budget_and_is_not_scaled() -> None:
    made = of_variant("bucket")
    assert "gateway" not in by_name("PodDisruptionBudget", made)
    assert "gateway" not in by_name("HorizontalPodAutoscaler", made)
    assert by_name("Deployment", made)["gateway"]["spec"]["replicas"] == 1


@pytest.mark.row("A5")
@pytest.mark.parametrize("name", SERVICES)
def test_liveness_is_slower_than_readiness(name: str) -> None:
    [container] = pod(name)["containers"]
    assert container["livenessProbe"]["periodSeconds"] == 20
    assert container["readinessProbe"]["periodSeconds"] == 5
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] == 120


@pytest.mark.parametrize("rollout", ["rolling", "blue_green"])
def test_another_version_changes_what_runs_it_and_nothing_else(rollout: str) -> None:
    def made(tag: str) -> dict[tuple[str, str], Manifest]:
        observability = {"prometheus": "existing"}
        images = {"registry": "registry.example", "tag": tag}
        settings = anywhere(images=images, rollout={"strategy": rollout}, observability=observability)
        return {(each["kind"], each["metadata"]["name"]): each for each in manifests(settings)}

    before, after = made("1.0.0"), made("1.1.0")
    changed = {key for key in before if before[key] != after[key]}
    kind = "Deployment" if rollout == "rolling" else "Rollout"
    assert changed == {(kind, name) for name in SERVICES}
    assert "1.1.0" not in json.dumps([after[key]["spec"]["selector"] for key in changed])


@pytest.mark.row("A8")
def test_a_rolling_update_leaves_no_pod_unavailable() -> None:
    assert {
        name: each["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"]
        for name, each in by_name("Deployment", MADE).items()
    } == dict.fromkeys(SERVICES, 0)


@pytest.mark.row("A8")
def test_blue_green_keeps_the_old_pods_beside_the_new_ones() -> None:
    made = of_variant("blue-green")
    strategy = by_name("Rollout", made)["gateway"]["spec"]["strategy"]["blueGreen"]
    assert (strategy["activeService"], strategy["previewService"]) == ("gateway", "gateway-preview")
    assert strategy["scaleDownDelaySeconds"] == 300
    assert not by_name("Deployment", made)
    assert by_name("HorizontalPodAutoscaler", made)["gateway"]["spec"]["scaleTargetRef"]["kind"] == "Rollout"


@pytest.mark.row("A8")
def test_a_canary_is_judged_by_the_errors_of_its_own_pods() -> None:
    made = of_variant("canary")
    steps = by_name("Rollout", made)["gateway"]["spec"]["strategy"]["canary"]["steps"]
    assert [step["setWeight"] for step in steps if "setWeight" in step] == [10, 30, 60]
    [metric] = by_name("AnalysisTemplate", made)["gateway"]["spec"]["metrics"]
    assert 'pod=~"gateway-{{args.hash}}-.*"' in metric["provider"]["prometheus"]["query"]
    assert metric["successCondition"].endswith("result[0] < 0.05")
    assert metric["provider"]["prometheus"]["address"] == "http://prometheus-operated.monitoring:9090"


@pytest.mark.row("A9")
@pytest.mark.parametrize("name", SERVICES)
def test_services_run_as_the_user_of_their_images(name: str) -> None:
    assert pod(name)["securityContext"]["runAsUser"] == 10001
    chosen = manifests(anywhere(images={"registry": "registry.example", "tag": "1.0.0", "user_id": 1234}))
    assert pod(name, chosen)["securityContext"]["runAsUser"] == 1234


@pytest.mark.row("A9")
def test_the_namespace_enforces_restricted_of_its_kubernetes_version() -> None:
    labels = by_name("Namespace", MADE)["aegisai"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.36"


@pytest.mark.row("A2")
@pytest.mark.parametrize("name", SERVICES)
def test_workers_share_the_storage_and_nobody_else_does(name: str) -> None:
    [container] = pod(name)["containers"]
    mounted = any(mount["mountPath"] == "/storage" for mount in container["volumeMounts"])
    assert mounted == (name in WORKERS)


@pytest.mark.row("A2")
def test_a_step_before_each_worker_makes_the_folders() -> None:
    [step] = pod("validation")["initContainers"]
    assert [*step["command"], *step["args"]] == [
        "mkdir",
        "-p",
        "/storage/raw",
        "/storage/processed",
        "/storage/transcoded",
    ]


@pytest.mark.row("A12")
def test_images_are_pulled_by_digest_where_it_is_known() -> None:
    digest = "sha256:" + "0f" * 32
    made = manifests(anywhere(services={"gateway": {"image": {"digest": digest}}}))
    assert (
        pod("gateway", made)["containers"][0]["image"] == f"registry.example/aegisai/gateway:1.0.0@{digest}"
    )


@pytest.mark.row("A12")
def test_workers_go_to_spot_nodes_first_and_the_gateway_does_not() -> None:
    made = of_example("aegisai-prod")
    worker = pod("validation", made)
    [preferred] = worker["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    [expression] = preferred["preference"]["matchExpressions"]
    assert {expression["key"]: expression["values"][0]} == CAPACITY_TYPE
    assert worker["tolerations"] == [
        {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}
    ]
    assert "affinity" not in pod("gateway", made)


@pytest.mark.row("A12")
def test_recommendations_change_nothing() -> None:
    made = by_name("VerticalPodAutoscaler", of_variant("canary"))
    assert set(made) == set(SERVICES)
    assert {each["spec"]["updatePolicy"]["updateMode"] for each in made.values()} == {"Off"}
    assert not by_name("VerticalPodAutoscaler", MADE)


def test_a_further_worker_is_called_and_a_disabled_one_is_gone() -> None:
    made = of_variant("blue-green")
    assert "transcode" in by_name("Rollout", made)
    assert "extract-content" not in by_name("Rollout", made)
    urls = by_name("ConfigMap", made)["app-config"]["data"]
    assert urls["TRANSCODE_URL"] == "http://transcode:9010"
    assert "EXTRACT_CONTENT_URL" not in urls


def test_pods_that_reach_buckets_have_an_account_of_their_own() -> None:
    made = of_variant("canary")
    assert pod("gateway", made, "Rollout")["serviceAccountName"] == "gateway"
    assert "serviceAccountName" not in pod("orchestrator", made, "Rollout")
    assert "serviceAccountName" not in pod("gateway", manifests(on_eks()))
