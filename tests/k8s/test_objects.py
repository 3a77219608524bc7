"""What each of the smaller building blocks renders."""

from typing import Any

import pytest

from k8s.access import Permission
from k8s.helm_release import HelmRelease
from k8s.ingress import Ingress, Route
from k8s.monitoring import ServiceMonitor
from k8s.rollout import AnalysisTemplate, Canary, Measurement, Rollout
from k8s.service import Service, ServicePort
from tests.k8s.shop import GATEWAY, SHOP, manifests, only, pod, rendered

GATEWAY_PODS = {"app.kubernetes.io/name": "gateway", "app.kubernetes.io/instance": "shop-dev"}


def spec(kind: str, name: str | None = None) -> Any:
    return only(kind, manifests(), name)["spec"]


def test_a_namespace_enforces_pod_security_of_its_version() -> None:
    labels = only("Namespace", manifests())["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.36"


def test_a_service_leads_to_ports_by_name() -> None:
    made = spec("Service", "gateway")
    assert made["type"] == "LoadBalancer"
    assert made["selector"] == GATEWAY_PODS
    assert made["ports"] == [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]
    assert spec("Service", "worker")["ports"][0]["port"] == 9000


def test_a_headless_service_names_pods_before_they_are_ready() -> None:
    made = spec("Service", "database")
    assert (made["clusterIP"], made["publishNotReadyAddresses"]) == ("None", True)
    assert "clusterIP" not in spec("Service", "worker")


def test_a_load_balancer_is_told_by_annotations_and_class() -> None:
    made = only(
        "Service",
        rendered(
            lambda chart: Service(
                chart,
                component=GATEWAY,
                type="LoadBalancer",
                annotations={"scheme": "internal"},
                load_balancer_class="service.k8s.aws/nlb",
                load_balancer_source_ranges=["10.0.0.0/8"],
            )
        ),
    )
    assert made["metadata"]["annotations"] == {"scheme": "internal"}
    assert made["spec"]["loadBalancerClass"] == "service.k8s.aws/nlb"
    assert made["spec"]["loadBalancerSourceRanges"] == ["10.0.0.0/8"]


def test_a_service_of_a_port_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="gateway has no port named 'grpc'; its ports: http"):
        rendered(lambda chart: Service(chart, component=GATEWAY, ports=[ServicePort(name="grpc", port=80)]))


def test_an_ingress_leads_hosts_to_services() -> None:
    made = spec("Ingress")
    [rule] = made["rules"]
    assert (made["ingressClassName"], rule["host"]) == ("traefik", "shop.example")
    [path] = rule["http"]["paths"]
    assert path == {
        "path": "/",
        "pathType": "Prefix",
        "backend": {"service": {"name": "gateway", "port": {"name": "http"}}},
    }


def test_an_ingress_groups_paths_by_host_and_names_the_certificate() -> None:
    def chart(scope: Any) -> None:
        service = Service(scope, component=GATEWAY)
        routes = [
            Route(service=service, port_name="http", host="a.example"),
            Route(service=service, port_name="http", host="b.example"),
            Route(service=service, port_name="http", host="a.example", path="/api"),
        ]
        Ingress(scope, component=GATEWAY, routes=routes, tls_secret="tls", annotations={"a": "b"})

    made = only("Ingress", rendered(chart))
    paths = {rule["host"]: [path["path"] for path in rule["http"]["paths"]] for rule in made["spec"]["rules"]}
    assert paths == {"a.example": ["/", "/api"], "b.example": ["/"]}
    assert made["spec"]["tls"] == [{"hosts": ["a.example", "b.example"], "secretName": "tls"}]
    assert made["metadata"]["annotations"] == {"a": "b"}


def test_a_route_to_a_port_that_is_not_there_is_refused() -> None:
    def chart(scope: Any) -> None:
        service = Service(scope, component=GATEWAY)
        Ingress(scope, component=GATEWAY, routes=[Route(service=service, port_name="https")])

    with pytest.raises(ValueError, match="names port 'https' of Service gateway; its ports: http"):
        rendered(chart)


def test_external_secrets_are_known_by_name() -> None:
    assert spec("SecretStore")["provider"] == {"aws": {"service": "SecretsManager", "region": "eu-west-1"}}
    made = spec("ExternalSecret")
    assert made["secretStoreRef"] == {"kind": "SecretStore", "name": "aws"}
    assert made["target"] == {"name": "keys", "creationPolicy": "Owner", "deletionPolicy": "Retain"}
    assert made["data"] == [
        {"secretKey": "PASSWORD", "remoteRef": {"key": "shop-dev/database", "property": "password"}}
    ]


def test_a_cron_job_never_runs_twice_at_once() -> None:
    made = spec("CronJob")
    assert (made["schedule"], made["timeZone"], made["concurrencyPolicy"]) == (
        "0 2 * * *",
        "Etc/UTC",
        "Forbid",
    )
    job = made["jobTemplate"]["spec"]
    assert (job["activeDeadlineSeconds"], job["backoffLimit"]) == (3600, 0)
    assert job["template"]["spec"]["serviceAccountName"] == "backup"


def test_a_job_can_wait_for_a_person() -> None:
    assert spec("Job")["suspend"] is True


def test_a_claim_says_size_mode_and_class() -> None:
    assert spec("PersistentVolumeClaim") == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "20Gi"}},
    }


def test_a_snapshot_goes_with_its_object() -> None:
    cluster = only("VolumeSnapshotClass", manifests())
    assert (cluster["driver"], cluster["deletionPolicy"]) == ("ebs.csi.aws.com", "Delete")
    assert "namespace" not in cluster["metadata"]
    assert spec("VolumeSnapshot") == {
        "source": {"persistentVolumeClaimName": "data-database-0"},
        "volumeSnapshotClassName": "shop-dev",
    }


def test_a_role_is_bound_to_its_account() -> None:
    assert only("Role", manifests())["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
    ]
    binding = only("RoleBinding", manifests())
    assert binding["roleRef"]["name"] == "backup"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "backup", "namespace": "shop"}]
    assert only("ServiceAccount", manifests())["automountServiceAccountToken"] is False


@pytest.mark.parametrize("given", [{"verbs": ["*"]}, {"resources": ["*"]}, {"group": "*"}])
def test_a_permission_for_everything_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="name the resources and verbs"):
        Permission(**{"resources": ["pods"], "verbs": ["get"], **given})


def test_a_monitor_scrapes_pods_through_one_of_their_services() -> None:
    made = only("ServiceMonitor", manifests())
    assert made["metadata"]["labels"]["release"] == "prometheus"
    assert made["spec"]["endpoints"] == [{"port": "http", "path": "/metrics", "interval": "30s"}]
    wanted = made["spec"]["selector"]["matchLabels"]
    services = [each for each in manifests() if each["kind"] == "Service"]
    taken = [each for each in services if wanted.items() <= each["metadata"]["labels"].items()]
    assert [each["metadata"]["name"] for each in taken] == ["gateway"]


def test_a_monitor_of_a_port_that_is_not_there_is_refused() -> None:
    def chart(scope: Any) -> None:
        ServiceMonitor(scope, service=Service(scope, component=GATEWAY), port_name="metrics")

    with pytest.raises(ValueError, match="names port 'metrics' of Service gateway; its ports: http"):
        rendered(chart)


def test_an_alert_says_what_to_do() -> None:
    [group] = spec("PrometheusRule")["groups"]
    assert group == {
        "name": "gateway",
        "rules": [
            {
                "alert": "GatewayErrors",
                "expr": "rate(errors[5m]) > 1",
                "for": "300s",
                "labels": {"severity": "critical"},
                "annotations": {
                    "summary": "The gateway answers with errors",
                    "runbook": "Look at its log",
                },
            }
        ],
    }


ANALYSIS = {
    "templates": [{"templateName": "gateway"}],
    "args": [{"name": "hash", "valueFrom": {"podTemplateHashValue": "Latest"}}],
}
"""Of the new version's pods alone."""


def test_blue_green_goes_back_after_the_analysis() -> None:
    assert spec("Rollout")["strategy"]["blueGreen"] == {
        "activeService": "gateway",
        "previewService": "gateway-preview",
        "autoPromotionEnabled": True,
        "autoPromotionSeconds": 120,
        "scaleDownDelaySeconds": 300,
        "postPromotionAnalysis": ANALYSIS,
    }
    scaler = spec("HorizontalPodAutoscaler", "gateway")
    assert scaler["scaleTargetRef"] == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "name": "gateway",
    }


def test_a_canary_rises_step_by_step_under_analysis() -> None:
    def chart(scope: Any) -> None:
        analysis = AnalysisTemplate(
            scope,
            component=GATEWAY,
            prometheus="http://prometheus:9090",
            measurements=[Measurement(name="errors", query="q", success_condition="result[0] < 0.05")],
        )
        Rollout(
            scope,
            component=GATEWAY,
            pod=pod(GATEWAY),
            replicas=4,
            strategy=Canary(weights=[10, 50], pause_seconds=60),
            analysis=analysis,
        )

    made = rendered(chart)
    canary = only("Rollout", made)["spec"]["strategy"]["canary"]
    pause = {"pause": {"duration": "60s"}}
    assert canary["steps"] == [{"setWeight": 10}, pause, {"setWeight": 50}, pause]
    assert canary["analysis"] == {**ANALYSIS, "startingStep": 1}
    assert canary["maxUnavailable"] == 0
    [metric] = only("AnalysisTemplate", made)["spec"]["metrics"]
    assert (metric["count"], metric["failureLimit"], metric["interval"]) == (5, 1, "30s")
    assert metric["provider"] == {"prometheus": {"address": "http://prometheus:9090", "query": "q"}}


def test_a_rollout_has_the_pods_of_a_deployment() -> None:
    made = spec("Rollout")["template"]["spec"]
    assert made["securityContext"]["runAsNonRoot"] is True
    assert made["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}


def test_a_helm_release_is_installed_by_k3s() -> None:
    made = only("HelmChart", manifests())
    assert made["metadata"]["namespace"] == "kube-system"
    assert made["spec"] == {
        "chart": "valkey",
        "repo": "https://charts.example/valkey",
        "version": "0.11.0",
        "targetNamespace": "shop",
        "valuesContent": "auth:\n  enabled: true\n",
    }


@pytest.mark.parametrize(("chart", "repository"), [("valkey", None), ("oci://a/b", "https://c")])
def test_a_helm_chart_comes_from_one_place(chart: str, repository: str | None) -> None:
    with pytest.raises(ValueError, match="needs a repository, or is a whole oci:// address without one"):
        rendered(
            lambda scope: HelmRelease(
                scope, name="a", chart=chart, version="1", installation=SHOP, repository=repository
            )
        )


def test_argo_cd_keeps_the_namespace_at_the_repository() -> None:
    made = only("Application", manifests())
    assert made["metadata"]["namespace"] == "argocd"
    assert made["spec"]["source"] == {
        "repoURL": "https://git.example/shop.git",
        "path": "manifests/shop-dev",
        "targetRevision": "main",
    }
    assert made["spec"]["destination"]["namespace"] == "shop"
    assert made["spec"]["syncPolicy"]["automated"] == {"prune": False, "selfHeal": True}
