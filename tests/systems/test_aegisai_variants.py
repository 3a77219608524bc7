"""Root stacks of deployments that ask for what the examples leave out; cdk-nag runs inside the synthesis."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from commands.assembly import NESTED, templates
from settings.namespaces import OPERATORS
from settings.quantity import bytes_of, millicores
from settings.service_pods import installed_daemon_sets, installed_pods
from systems import build
from tests.conftest import ROOT
from tests.k8s.aegisai.deployments import VARIANTS, anywhere, on_eks

OTHERS = on_eks(
    name="others",
    network={
        "existing": {
            "vpc_id": "vpc-0123456789abcdef0",
            "availability_zones": ["eu-west-1a", "eu-west-1b"],
            "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            "public_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
        }
    },
    images={"registry": "registry.example.org/aegisai", "tag": "1.0.0"},
    shared_storage={"storage_class": "theirs"},
    backup_job={"enabled": False},
    observability={"prometheus": "none"},
)
"""In somebody else's VPC, with somebody else's storage and registry."""
CANARY = VARIANTS["canary"].name


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("variants")
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(outdir=str(folder), context=context, analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for settings in (VARIANTS["canary"], OTHERS, anywhere(name="no-stack")):
        build(app, settings)
    app.synth()
    for asset in folder.glob("asset.*.zip"):
        asset.unlink()  # the layers of kubectl and the AWS CLI, 60 MB, which no test reads
    return folder


def resources(folder: Path, name: str, kind: str) -> list[Any]:
    """Of one template, as `others.Storage`; none where there is no such stack."""
    return [
        each["Properties"]
        for template in templates(folder, name.partition(".")[0])
        if template.name == name
        for each in template.resources.values()
        if each["Type"] == kind
    ]


def releases(folder: Path, name: str) -> dict[str, str]:
    """The namespace of each Helm release."""
    charts = resources(folder, f"{name}.Eks", "Custom::AWSCDK-EKS-HelmChart")
    return {each["Release"]: each["Namespace"] for each in charts}


@pytest.mark.row("A11")
def test_what_is_installed_is_a_release_of_its_own(synthesized: Path) -> None:
    found = releases(synthesized, CANARY)
    assert found["prometheus"] == "monitoring"
    assert {"loki", "log-collector", "jaeger", "otel-collector"} <= set(found)
    assert not {"prometheus", "loki", "jaeger"} & set(releases(synthesized, OTHERS.name))


@pytest.mark.row("A11")
def test_what_runs_on_every_node_runs_on_tainted_ones_too(synthesized: Path) -> None:
    counted = {each.name for each in installed_daemon_sets(VARIANTS["canary"].observability)}
    assert counted == {"node-exporter", "log-collector"}
    for name in counted:
        release, [place] = REQUESTS[name]
        assert at(values_of(synthesized, release), place)["tolerations"] == [{"operator": "Exists"}]


RELOADER = "prometheusOperator.prometheusConfigReloader"
REQUESTS = {
    "aws-load-balancer-controller": ("aws-load-balancer-controller", [""]),
    "external-secrets": ("external-secrets", [""]),
    "external-secrets-webhook": ("external-secrets", ["webhook"]),
    "external-secrets-cert-controller": ("external-secrets", ["certController"]),
    "cluster-autoscaler": ("cluster-autoscaler", [""]),
    "node-exporter": ("prometheus", ["prometheus-node-exporter"]),
    "prometheus": ("prometheus", ["prometheus.prometheusSpec", RELOADER]),
    "alertmanager": ("prometheus", ["alertmanager.alertmanagerSpec", RELOADER]),
    "grafana": ("prometheus", ["grafana", "grafana.sidecar", "grafana.sidecar"]),
    "prometheus-operator": ("prometheus", ["prometheusOperator"]),
    "kube-state-metrics": ("prometheus", ["kube-state-metrics"]),
    "log-collector": ("log-collector", [""]),
    "loki": ("loki", ["singleBinary"]),
    "otel-collector": ("otel-collector", [""]),
    "jaeger": ("jaeger", ["jaeger"]),
    "argo-rollouts": ("argo-rollouts", ["controller"]),
    "argocd-application-controller": ("argo-cd", ["controller"]),
    "argocd-server": ("argo-cd", ["server"]),
    "argocd-repo-server": ("argo-cd", ["repoServer"]),
    "argocd-redis": ("argo-cd", ["redis"]),
    "vpa-recommender": ("vertical-pod-autoscaler", ["recommender"]),
}
"""Release that the pods of each are in, and where in its values each of their containers has its resources."""


@pytest.mark.row("A14")
def test_capacity_reckons_with_what_the_releases_ask_for(synthesized: Path) -> None:
    settings = VARIANTS["canary"]
    installed = installed_pods(settings.observability, settings.rollout, argo_cd=True, recommender=True)
    names = {each.name for each in installed}
    names |= {each.name for each in installed_daemon_sets(settings.observability)}
    capacity = settings.capacity()
    reckoned = {each.name: (each.cpu, each.memory) for each in capacity.workloads}
    reckoned |= {each.name: (each.cpu, each.memory) for each in capacity.daemon_sets}
    assert names <= set(REQUESTS) <= set(reckoned)
    for name, (release, places) in REQUESTS.items():
        asked = [at(values_of(synthesized, release), place)["resources"]["requests"] for place in places]
        cpu = sum(millicores(each["cpu"]) for each in asked)
        memory = sum(bytes_of(each["memory"]) for each in asked)
        assert reckoned[name] == (cpu, memory), name


@pytest.mark.row("A11", "C4")
def test_what_shows_dashboards_reads_no_secret(synthesized: Path) -> None:
    values = values_of(synthesized, "prometheus")
    [role] = [each for each in values["extraManifests"] if each["kind"] == "ClusterRole"]
    assert [rule["resources"] for rule in role["rules"]] == [["configmaps"]]
    assert values["grafana"]["rbac"] == {"useExistingClusterRole": role["metadata"]["name"]}
    sidecar = values["grafana"]["sidecar"]
    assert {sidecar[each]["resource"] for each in ("dashboards", "datasources")} == {"configmap"}
    assert values_of(synthesized, "loki")["sidecar"] == {"rules": {"enabled": False}}


@pytest.mark.row("A11", "C4")
@pytest.mark.parametrize(
    ("release", "signal", "receivers", "opened"),
    [("log-collector", "logs", [], set()), ("otel-collector", "traces", ["otlp"], {"otlp"})],
)
def test_collectors_take_their_signal_alone_and_open_no_other_port(
    synthesized: Path, release: str, signal: str, receivers: list[str], opened: set[str]
) -> None:
    values = values_of(synthesized, release)
    config = values["alternateConfig"]
    assert "config" not in values, "the chart's own would be merged with it"
    assert list(config["service"]["pipelines"]) == [signal]
    assert list(config["receivers"]) == receivers
    assert list(config["exporters"]) == config["service"]["pipelines"][signal]["exporters"]
    charts_ports = {"otlp", "otlp-http", "jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin"}
    assert set(values["ports"]) == charts_ports
    assert {name for name, port in values["ports"].items() if port["enabled"]} == opened


@pytest.mark.row("A11")
def test_metrics_and_logs_go_before_their_volume_is_full(synthesized: Path) -> None:
    spec = values_of(synthesized, "prometheus")["prometheus"]["prometheusSpec"]
    volume = spec["storageSpec"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]
    kept = int(spec["retentionSize"].removesuffix("MB")) * 2**20  # Prometheus counts in powers of two
    assert 0.8 < kept / bytes_of(volume) < 0.9
    assert spec["retention"] == "30d"
    loki = values_of(synthesized, "loki")["loki"]
    assert loki["limits_config"]["retention_period"] == "168h"
    assert loki["compactor"] == {"retention_enabled": True, "delete_request_store": "filesystem"}


def test_the_address_of_an_image_of_a_chart_ends_with_its_name(synthesized: Path) -> None:
    """The CDK's function pulls the address, and looks for a folder of the address's last part."""
    charts = resources(synthesized, f"{CANARY}.Eks", "Custom::AWSCDK-EKS-HelmChart")
    images = [each for each in charts if each["Repository"].startswith("oci://")]
    assert {each["Release"] for each in images} == {"prometheus", "loki", "argo-cd"}
    assert all(each["Repository"].rpartition("/")[2] == each["Chart"] for each in images)


def values_of(folder: Path, release: str) -> Any:
    """What a release of the canary deployment is given."""
    charts = resources(folder, f"{CANARY}.Eks", "Custom::AWSCDK-EKS-HelmChart")
    [found] = [told(each["Values"]) for each in charts if each["Release"] == release]
    return found


def at(values: Any, place: str) -> Any:
    """What stands there, as `grafana.sidecar`; at nothing all of it."""
    for key in filter(None, place.split(".")):
        values = values[key]
    return values


def told(values: Any) -> Any:
    """The values of a release; `*` stands where CloudFormation fills in."""
    parts = [values] if isinstance(values, str) else values["Fn::Join"][1]
    return json.loads("".join(part if isinstance(part, str) else "*" for part in parts))


@pytest.mark.row("A8", "A12", "A13")
def test_objects_of_others_have_their_controllers(synthesized: Path) -> None:
    assert {"argo-rollouts", "argo-cd", "vertical-pod-autoscaler"} <= set(releases(synthesized, CANARY))


@pytest.mark.row("A13")
def test_with_argo_cd_the_stack_applies_its_application_alone(synthesized: Path) -> None:
    [applied] = resources(synthesized, f"{CANARY}.Manifests", "Custom::AWSCDK-EKS-KubernetesResource")
    [application] = json.loads(applied["Manifest"])
    assert application["kind"] == "Application"


@pytest.mark.row("A6", "C4")
def test_pods_reach_the_buckets_of_the_file_by_roles_of_their_own(synthesized: Path) -> None:
    made = resources(synthesized, f"{CANARY}.PodIdentities", "AWS::EKS::PodIdentityAssociation")
    workers = {"validation", "extract-metadata", "extract-content", "ai-service"}
    assert {each["ServiceAccount"] for each in made} == {"postgres-backup", "gateway", *workers}
    policies = resources(synthesized, f"{CANARY}.PodIdentities", "AWS::IAM::Policy")
    gateway = next(text for text in map(json.dumps, policies) if "Gateway" in text)
    assert ":s3:::aegisai-input/*" in gateway
    assert "DeleteObject" not in gateway


def test_what_somebody_else_has_is_not_made(synthesized: Path) -> None:
    made = {
        logical_id.split("NestedStack")[0]
        for template in templates(synthesized, OTHERS.name)
        if template.is_root
        for logical_id, each in template.resources.items()
        if each["Type"] == NESTED
    }
    assert made == {"SecurityGroups", "Storage", "Secrets", "Eks", "Manifests", "Monitoring"}
    assert not resources(synthesized, f"{OTHERS.name}.Storage", "AWS::EFS::FileSystem")


@pytest.mark.row("A12")
def test_what_is_kept_under_a_fixed_name_is_there_while_it_is_switched_off(synthesized: Path) -> None:
    """Or it would be there already, and in the way, when it is switched on again."""
    images = resources(synthesized, f"{CANARY}.Images", "AWS::ECR::Repository")
    assert VARIANTS["canary"].services["transcode"].enabled is False
    assert f"{CANARY}/transcode" in {each["RepositoryName"] for each in images}
    assert OTHERS.observability.prometheus == "none"
    secrets = resources(synthesized, f"{OTHERS.name}.Secrets", "AWS::SecretsManager::Secret")
    assert f"{OTHERS.name}/grafana" in {each["Name"] for each in secrets}


@pytest.mark.row("A11", "A13")
def test_every_namespace_that_is_made_is_one_that_no_setting_may_give_twice(synthesized: Path) -> None:
    settings = VARIANTS["canary"]
    assert settings.gitops is not None
    made = {
        each["metadata"]["name"]
        for applied in resources(synthesized, f"{CANARY}.Eks", "Custom::AWSCDK-EKS-KubernetesResource")
        if isinstance(applied["Manifest"], str)
        for each in json.loads(applied["Manifest"])
        if each["kind"] == "Namespace"
    }
    given = {settings.observability.namespace, settings.gitops.namespace}
    assert given < made
    assert made - given == set(OPERATORS)


def test_no_nested_stack_is_empty(synthesized: Path) -> None:
    assert all(
        template.resources for name in (CANARY, OTHERS.name) for template in templates(synthesized, name)
    )


@pytest.mark.row("A1")
def test_a_cluster_that_is_there_has_no_stack(synthesized: Path) -> None:
    manifest = json.loads((synthesized / "manifest.json").read_text())
    stacks = {
        key for key, each in manifest["artifacts"].items() if each["type"] == "aws:cloudformation:stack"
    }
    assert stacks == {CANARY, OTHERS.name}
