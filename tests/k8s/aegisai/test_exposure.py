"""How the gateway is reached."""

import json
from typing import Any

import pytest

from settings.annotations import AWS, annotation_refusals
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import ALB, anywhere, by_name, of_example, of_variant, on_eks

NLB = "service.beta.kubernetes.io/aws-load-balancer"
CERTIFICATE = ALB["certificate_arn"]


def service(settings: Any) -> Any:
    return by_name("Service", manifests(settings))["gateway"]


@pytest.mark.row("A1")
def test_a_cluster_that_is_there_makes_the_load_balancer() -> None:
    found = service(anywhere())
    assert found["spec"]["type"] == "LoadBalancer"
    assert "annotations" not in found["metadata"]
    assert "loadBalancerClass" not in found["spec"]


@pytest.mark.row("A1")
def test_on_eks_a_network_load_balancer_leads_to_the_pods() -> None:
    found = by_name("Service", of_example("aegisai-dev"))["gateway"]
    assert found["spec"]["loadBalancerClass"] == "service.k8s.aws/nlb"
    annotations = found["metadata"]["annotations"]
    assert annotations[f"{NLB}-nlb-target-type"] == "ip"
    assert annotations[f"{NLB}-scheme"] == "internet-facing"
    assert annotations[f"{NLB}-healthcheck-path"] == "/health"
    assert annotations[f"{NLB}-target-group-attributes"] == "preserve_client_ip.enabled=false"
    assert found["spec"]["loadBalancerSourceRanges"] == ["0.0.0.0/0"]


@pytest.mark.row("A1", "C3")
def test_a_certificate_makes_the_load_balancer_speak_tls() -> None:
    found = service(on_eks(ingress={"certificate_arn": CERTIFICATE}))
    [port] = found["spec"]["ports"]
    annotations = found["metadata"]["annotations"]
    assert port["port"] == 443
    assert annotations[f"{NLB}-ssl-cert"] == CERTIFICATE
    assert annotations[f"{NLB}-ssl-ports"] == "443"
    assert "TLS13" in annotations[f"{NLB}-ssl-negotiation-policy"]


@pytest.mark.row("A1", "C3")
def test_an_application_load_balancer_redirects_to_https() -> None:
    made = manifests(on_eks(ingress=ALB))
    ingress = by_name("Ingress", made)["gateway"]
    found = {key.rpartition("/")[2]: value for key, value in ingress["metadata"]["annotations"].items()}
    assert json.loads(found["listen-ports"]) == [{"HTTP": 80}, {"HTTPS": 443}]
    assert (found["ssl-redirect"], found["certificate-arn"]) == ("443", CERTIFICATE)
    assert "TLS13" in found["ssl-policy"]
    assert ingress["spec"]["ingressClassName"] == "alb"
    assert ingress["spec"]["rules"][0]["host"] == "aegisai.example.org"
    assert by_name("Service", made)["gateway"]["spec"]["type"] == "ClusterIP"


@pytest.mark.row("A1")
def test_with_a_firewall_the_class_is_the_deployments_own() -> None:
    assert (
        by_name("Ingress", of_example("aegisai-prod"))["gateway"]["spec"]["ingressClassName"]
        == "aegisai-prod"
    )


@pytest.mark.row("A1")
def test_elsewhere_an_ingress_takes_the_clusters_class_and_the_secret_of_somebody() -> None:
    spec = by_name("Ingress", of_variant("blue-green"))["gateway"]["spec"]
    assert spec["ingressClassName"] == "traefik"
    assert spec["tls"] == [{"hosts": ["a.example.org"], "secretName": "tls"}]


UPLOADS = {"nginx.ingress.kubernetes.io/proxy-body-size": "200m"}


@pytest.mark.row("A1")
@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (anywhere(ingress={"annotations": UPLOADS}), "Service"),
        (anywhere(ingress={"type": "ingress", "annotations": UPLOADS}), "Ingress"),
        (on_eks(ingress={"allow_plain_http": True, "annotations": UPLOADS}), "Service"),
        (on_eks(ingress={**ALB, "annotations": UPLOADS}), "Ingress"),
    ],
    ids=["load balancer", "ingress", "nlb", "alb"],
)
def test_annotations_are_on_what_is_reached_from_outside_and_nowhere_else(settings: Any, kind: str) -> None:
    carry = [
        (each["kind"], each["metadata"]["name"])
        for each in manifests(settings)
        if UPLOADS.items() <= each["metadata"].get("annotations", {}).items()
    ]
    assert carry == [(kind, "gateway")]


@pytest.mark.row("A1")
@pytest.mark.parametrize(
    "settings",
    [
        on_eks(ingress={"allow_plain_http": True, "idle_timeout_seconds": 60}),
        on_eks(ingress={"certificate_arn": CERTIFICATE}),
        on_eks(ingress=ALB),
        on_eks(ingress={**ALB, "firewall": {}}),
    ],
    ids=["nlb", "nlb with certificate", "alb", "firewall"],
)
def test_annotations_of_ours_are_refused_in_a_file(settings: Any) -> None:
    made = manifests(settings)
    [ours] = [
        annotations
        for kind in ("Service", "Ingress")
        if (annotations := by_name(kind, made).get("gateway", {}).get("metadata", {}).get("annotations"))
    ]
    for key in ours:
        assert [str(each) for each in annotation_refusals({key: "x"}, AWS, exposed=True)], key


@pytest.mark.row("A1")
def test_plain_http_has_a_port_of_its_own() -> None:
    [port] = service(anywhere(ingress={"external_port": 80}))["spec"]["ports"]
    assert (port["port"], port["targetPort"]) == (80, "http")


@pytest.mark.row("A1", "A8")
@pytest.mark.parametrize(
    ("settings", "drain", "gated"),
    [
        (on_eks(), 90, True),
        (on_eks(ingress=ALB), 20, True),
        (on_eks(ingress={"type": "none"}), 5, False),
        (anywhere(), 5, False),
    ],
    ids=["nlb", "alb", "none", "elsewhere"],
)
def test_a_pod_serves_until_its_load_balancer_has_let_go(settings: Any, drain: int, gated: bool) -> None:
    made = manifests(settings)
    spec = by_name("Deployment", made)["gateway"]["spec"]["template"]["spec"]
    assert spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == drain
    assert spec["terminationGracePeriodSeconds"] == drain + 30
    labels = by_name("Namespace", made)["aegisai"]["metadata"]["labels"]
    assert (labels.get("elbv2.k8s.aws/pod-readiness-gate-inject") == "enabled") == gated


@pytest.mark.row("A1", "A6")
@pytest.mark.parametrize(
    "settings",
    [
        anywhere(),
        anywhere(ingress={"external_port": 80}),
        on_eks(),
        on_eks(ingress=ALB),
        on_eks(ingress={"certificate_arn": CERTIFICATE}),
    ],
    ids=["elsewhere", "other port", "nlb", "alb", "nlb with certificate"],
)
def test_the_gateways_url_is_true_inside_the_cluster(settings: Any) -> None:
    made = manifests(settings)
    url = by_name("ConfigMap", made)["app-config"]["data"]["GATEWAY_URL"]
    [port] = by_name("Service", made)["gateway"]["spec"]["ports"]
    assert url == f"http://gateway:{port['port']}"
