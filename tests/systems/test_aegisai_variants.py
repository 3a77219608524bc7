"""Root stacks of deployments that ask for what the examples leave out; cdk-nag runs inside the synthesis."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from commands.assembly import NESTED, templates
from settings.service_pods import installed_daemon_sets
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


DAEMON_SETS = {
    "node-exporter": ("prometheus", "prometheus-node-exporter"),
    "log-collector": ("log-collector",),
}
"""Release that each is in, and where in its values it stands."""


@pytest.mark.row("A11")
def test_what_runs_on_every_node_runs_on_tainted_ones_too(synthesized: Path) -> None:
    charts = resources(synthesized, f"{CANARY}.Eks", "Custom::AWSCDK-EKS-HelmChart")
    counted = {each.name for each in installed_daemon_sets(VARIANTS["canary"].observability)}
    assert counted == set(DAEMON_SETS)
    for release, *path in DAEMON_SETS.values():
        [values] = [told(each["Values"]) for each in charts if each["Release"] == release]
        for key in path:
            values = values[key]
        assert values["tolerations"] == [{"operator": "Exists"}]


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
