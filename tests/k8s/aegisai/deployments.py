"""Deployments of AegisAI as settings: small ones, and variants that ask for what the examples leave out."""

from functools import cache
from pathlib import Path
from typing import Any

from k8s.manifests import Manifest
from settings.aegisai import AegisAIAnywhere, AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks
from settings.load import load_deployment
from systems.aegisai_manifests import manifests

FILES = Path(__file__).parents[3] / "deployments"


def anywhere(**given: Any) -> AegisAIAnywhere:
    """For a cluster that is there."""
    images = {"registry": "registry.example/aegisai", "tag": "1.0.0"}
    return AegisAIAnywhere(
        **{
            "name": "aegisai-local",
            "system": "aegisai",
            "environment": "dev",
            "hosting": "any",
            "images": images,
            **given,
        }
    )


def on_eks(**given: Any) -> AegisAIOnEks:
    """With a cluster of its own."""
    return AegisAIOnEks(
        **{
            "name": "aegisai-dev",
            "system": "aegisai",
            "environment": "dev",
            "hosting": "eks",
            "account": "111122223333",
            "region": "eu-west-1",
            "images": {"tag": "1.0.0"},
            "ingress": {"allow_plain_http": True},
            "monitoring": {"email": "ops@example.org"},
            **given,
        }
    )


@cache
def example(name: str) -> AegisAIDeployment:
    """One of the example files."""
    deployment = load_deployment(FILES / f"{name}.yaml").deployment
    assert isinstance(deployment, AegisAIDeployment)
    return deployment


@cache
def of_example(name: str) -> list[Manifest]:
    """Its manifests."""
    return manifests(example(name))


def by_name(kind: str, made: list[Manifest]) -> dict[str, Any]:
    """The manifests of one kind."""
    return {each["metadata"]["name"]: each for each in made if each["kind"] == kind}


ALB = {
    "type": "alb",
    "certificate_arn": "arn:aws:acm:eu-west-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef",
    "host": "aegisai.example.org",
}
VARIANTS: dict[str, AegisAIAnywhere | AegisAIOnEks] = {
    "blue-green": anywhere(
        rollout={"strategy": "blue_green"},
        observability={
            "prometheus": "existing",
            "logs": "existing",
            "tracing": "existing",
            "otlp_endpoint": "http://collector.tracing:4317",
            "monitor_labels": {"release": "prometheus"},
        },
        ingress={"type": "ingress", "ingress_class": "traefik", "host": "a.example.org", "tls_secret": "tls"},
        services={"transcode": {"port": 9010}, "extract-content": {"enabled": False}},
        shared_storage={"storage_class": "nfs"},
        nodes={"count": 6},
    ),
    "canary": on_eks(
        rollout={"strategy": "canary"},
        observability={
            "prometheus": "installed",
            "prometheus_retention_days": 30,
            "logs": "installed",
            "tracing": "installed",
        },
        services={"transcode": {"port": 9010, "enabled": False}},
        configuration={"input_bucket": "aegisai-input", "output_bucket": "aegisai-output"},
        gitops={"repository": "https://git.example.org/manifests", "path": "aegisai-dev"},
        vertical_recommendations=True,
        ingress=ALB,
        cluster={
            "node_groups": [
                {
                    "name": "general",
                    "instance_types": ["c6i.xlarge", "c5.xlarge"],
                    "min_nodes": 6,
                    "max_nodes": 9,
                    "spot": True,
                }
            ]
        },
    ),
    "bucket": anywhere(
        backup_job={
            "bucket": {"name": "dumps", "endpoint": "https://s3.example.org:9000", "credentials_secret": "s3"}
        },
        secrets={"source": "existing"},
        images={"registry": "registry.example/aegisai", "tag": "1.0.0", "pull_secret": "login"},
        observability={"tracing": "existing", "otlp_endpoint": "https://traces.example.org:4318"},
        ingress={"type": "none"},
        volume_snapshots={"keep": 3},
        dns_cidrs=("169.254.20.10/32",),
        services={"gateway": {"replicas": 1, "max_replicas": 1}},
    ),
}
"""By what they are about."""


@cache
def of_variant(name: str) -> list[Manifest]:
    """The manifests of a variant."""
    return manifests(VARIANTS[name])
