"""Workloads on Kubernetes, from the manifests alone."""

from pathlib import Path

from commands.report.workloads import workloads

MANIFESTS = """
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
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: chat}
spec: {minReplicas: 2, maxReplicas: 6, scaleTargetRef: {kind: Deployment, name: web}}
---
kind: DaemonSet
metadata: {name: logs}
spec: {template: {spec: {containers: [{name: ship, image: "ship:1"}]}}}
---
kind: CronJob
metadata: {name: nightly, namespace: chat}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: sweep, image: "sweep:1"}]}}}}}
---
kind: Service
metadata: {name: web, namespace: chat}
spec: {ports: []}
---
---
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
