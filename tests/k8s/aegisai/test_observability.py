"""Monitors, alerts, dashboards, and Argo CD's Application."""

import json
from typing import Any

import pytest

from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import anywhere, by_name, of_example, of_variant, on_eks

WATCHED = of_variant("blue-green")
SERVICES = {"gateway", "orchestrator", "validation", "extract-metadata", "ai-service", "transcode"}


@pytest.mark.row("A11")
def test_every_service_is_scraped_under_the_label_of_the_operator() -> None:
    monitors = by_name("ServiceMonitor", WATCHED)
    assert set(monitors) == SERVICES
    assert {each["metadata"]["labels"]["release"] for each in monitors.values()} == {"prometheus"}


@pytest.mark.row("A11")
def test_nothing_is_made_for_what_is_not_there() -> None:
    kinds = {each["kind"] for each in of_example("aegisai-local")}
    assert not kinds & {"ServiceMonitor", "PrometheusRule"}
    assert not [
        name for name in by_name("ConfigMap", of_example("aegisai-local")) if name.startswith("dashboard")
    ]


@pytest.mark.row("A11")
def test_every_alert_says_what_to_do() -> None:
    [group] = by_name("PrometheusRule", WATCHED)["aegisai-local"]["spec"]["groups"]
    assert {rule["alert"] for rule in group["rules"]} == {
        "ServiceDown",
        "ServiceErrors",
        "PodRestarts",
        "PodPending",
        "ScaledToTheMost",
        "VolumeFilling",
        "BackupMissing",
    }
    for rule in group["rules"]:
        assert rule["annotations"]["runbook"]
        assert rule["labels"]["severity"] in ("critical", "warning")


@pytest.mark.row("A11")
def test_every_service_and_store_is_watched_for_being_down() -> None:
    [group] = by_name("PrometheusRule", WATCHED)["aegisai-local"]["spec"]["groups"]
    down = [rule["expr"] for rule in group["rules"] if rule["alert"] == "ServiceDown"]
    assert len(down) == len(SERVICES | {"postgres", "redis"})
    assert len(set(down)) == len(down)


@pytest.mark.row("A11")
@pytest.mark.parametrize("name", ["services", "data", "logs"])
def test_dashboards_are_found_by_the_sidecar_and_are_whole(name: str) -> None:
    found = by_name("ConfigMap", WATCHED)[f"dashboard-{name}"]
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    page = json.loads(found["data"][f"aegisai-local-{name}.json"])
    assert page["uid"] == f"aegisai-local-{name}"
    assert all(target["expr"] for panel in page["panels"] for target in panel["targets"])
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in page["panels"]}) == len(
        page["panels"]
    )


@pytest.mark.row("A11")
def test_traces_go_to_the_collector_that_the_file_names() -> None:
    assert by_name("ConfigMap", WATCHED)["app-config"]["data"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == (
        "http://collector.tracing:4317"
    )
    [container] = by_name("Rollout", WATCHED)["gateway"]["spec"]["template"]["spec"]["containers"]
    assert {"name": "OTEL_SERVICE_NAME", "value": "gateway"} in container["env"]


@pytest.mark.row("A13")
def test_argo_cd_applies_what_stands_in_git() -> None:
    spec = by_name("Application", of_variant("canary"))["aegisai-dev"]["spec"]
    assert spec["source"] == {
        "repoURL": "https://git.example.org/manifests",
        "path": "aegisai-dev",
        "targetRevision": "main",
    }
    assert spec["syncPolicy"]["automated"]["selfHeal"] is True


@pytest.mark.row("A13")
def test_what_argo_cd_applied_goes_with_the_stack() -> None:
    about = by_name("Application", of_variant("canary"))["aegisai-dev"]["metadata"]
    assert about["finalizers"] == ["resources-finalizer.argocd.argoproj.io/foreground"]


@pytest.mark.row("A13")
def test_somebody_presses_sync_where_the_file_says_so() -> None:
    gitops = {"repository": "https://git.example.org/manifests", "path": "a", "automatic": False}
    spec = by_name("Application", manifests(anywhere(gitops=gitops, secrets=EXISTING)))["aegisai-local"][
        "spec"
    ]
    assert "automated" not in spec["syncPolicy"]


GITOPS = {"repository": "https://git.example.org/manifests", "path": "a"}
EXISTING = {"source": "existing"}


@pytest.mark.row("A13", "C3")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"gitops": GITOPS, "keep_data": True}, {"Namespace", "PersistentVolumeClaim"}),
        ({"gitops": GITOPS, "keep_data": False}, set()),
        ({"keep_data": True}, set()),
    ],
)
def test_argo_cd_leaves_the_data_that_is_to_be_kept(given: dict[str, Any], kept: set[str]) -> None:
    made = manifests(on_eks(**given))
    option = "argocd.argoproj.io/sync-options"
    found = [
        each["kind"]
        for each in made
        if each["metadata"].get("annotations", {}).get(option) == "Delete=false,Prune=false"
    ]
    assert set(found) == kept
    assert len(found) == sum(each["kind"] in kept for each in made)


def test_a_deployment_without_backup_is_not_told_that_it_is_missing() -> None:
    made = manifests(on_eks(backup_job={"enabled": False}))
    [group] = by_name("PrometheusRule", made)["aegisai-dev"]["spec"]["groups"]
    assert "BackupMissing" not in {rule["alert"] for rule in group["rules"]}
