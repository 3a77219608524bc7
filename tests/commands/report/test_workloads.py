"""Workloads on Kubernetes, from the manifests alone."""

from pathlib import Path

import pytest

from commands.report.workloads import workloads

MANIFESTS = """
apiVersion: v1
kind: Deployment
metadata: {name: web, namespace: chat}
spec:
  replicas: 3
  template:
    spec:
      initContainers: [{name: prepare, image: "web:1"}]
      containers:
        - name: app
          image: "web:1"
          resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi}}
---
apiVersion: v1
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: chat}
spec: {minReplicas: 2, maxReplicas: 6, scaleTargetRef: {kind: Deployment, name: web}}
---
apiVersion: v1
kind: DaemonSet
metadata: {name: logs}
spec: {template: {spec: {containers: [{name: ship, image: "ship:1"}]}}}
---
apiVersion: v1
kind: CronJob
metadata: {name: nightly, namespace: chat}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: sweep, image: "sweep:1"}]}}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: chat}
spec: {ports: []}
---
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: chat}
"""


def test_containers_have_replicas_requests_and_limits(tmp_path: Path) -> None:
    folder = tmp_path / "manifests" / "chat"
    folder.mkdir(parents=True)
    (folder / "all.yaml").write_text(MANIFESTS)
    assert [
        (each.kind, each.namespace, each.name, each.replicas, each.container, each.requests, each.limits)
        for each in workloads(tmp_path, "chat")
    ] == [
        ("Deployment", "chat", "web", "2–6", "prepare (first)", "none", "none"),
        ("Deployment", "chat", "web", "2–6", "app", "cpu 500m, memory 1Gi", "memory 2Gi"),
        ("DaemonSet", "default", "logs", "one per node", "ship", "none", "none"),
        ("CronJob", "chat", "nightly", "1", "sweep", "none", "none"),
    ]


def test_without_manifests_there_are_no_workloads(tmp_path: Path) -> None:
    assert workloads(tmp_path, "chat") == []


def web(kind: str, more: str) -> str:
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: web{more}}}\n"


POD = "spec: {replicas: null, template: {spec: {containers: [{name: app}]}}}\n---\n"


@pytest.mark.parametrize(
    ("target", "namespace", "replicas"),
    [
        ("Deployment", ", namespace: default", ["2–6", "1"]),
        ("StatefulSet", "", ["1", "2–6"]),
        ("Rollout", "", ["1", "1"]),
        ("Deployment", ", namespace: other", ["1", "1"]),
    ],
)
def test_an_autoscaler_counts_for_its_kind_and_namespace_alone(
    tmp_path: Path, target: str, namespace: str, replicas: list[str]
) -> None:
    folder = tmp_path / "manifests" / "chat"
    folder.mkdir(parents=True)
    scaler = f"spec: {{minReplicas: 2, maxReplicas: 6, scaleTargetRef: {{kind: {target}, name: web}}}}\n"
    (folder / "all.yaml").write_text(
        web("Deployment", "")
        + POD
        + web("StatefulSet", "")
        + POD
        + web("HorizontalPodAutoscaler", namespace)
        + scaler
    )
    assert [each.replicas for each in workloads(tmp_path, "chat")] == replicas


def test_a_list_is_read_and_a_template_of_another_kind_is_no_pod(tmp_path: Path) -> None:
    folder = tmp_path / "manifests" / "chat"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: [all.yaml]\n")
    (folder / "all.yaml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: app}]}}\n"
        "- {apiVersion: grafana/v1, kind: Dashboard, metadata: {name: web}, spec: {template: text}}\n"
    )
    assert [(each.kind, each.replicas) for each in workloads(tmp_path, "chat")] == [("Pod", "1")]
