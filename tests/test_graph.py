"""The graph of the document is the graph of the nested stacks."""

import json
from pathlib import Path

import pytest

from commands.assembly import NESTED, StackTemplate, templates
from tests.conftest import COMMITTED, VARIANTS

DOCUMENT = {
    "SecurityGroups": {"Network"},
    "Storage": {"Network", "SecurityGroups"},
    "LoadBalancer": {"Network", "SecurityGroups"},
    "Cognito": {"LoadBalancer"},
    "Fargate": {"SecurityGroups", "Storage", "LoadBalancer", "Cognito"},
    "Secrets": {"Storage"},
    "Eks": {"Network", "SecurityGroups", "Storage", "Secrets"},
    "PodIdentities": {"Eks", "Storage"},
    "IngressClass": {"Eks", "Firewall"},
    "Manifests": {"Eks", "PodIdentities", "IngressClass"},
    "Monitoring": {"Fargate", "Eks", "LoadBalancer", "Backup"},
    "Backup": {"Storage"},
}
"""seeds/001, "Deployment Architecture", whose compute is Fargate or EKS, and ours: storage → backup → monitoring, what
Kubernetes reads from Secrets Manager before it, and what is applied to the cluster after it."""
NESTED_STACKS = {
    "open-webui": [
        *(
            "Network",
            "SecurityGroups",
            "Storage",
            "LoadBalancer",
            "Cognito",
            "Fargate",
            "Backup",
            "Monitoring",
        ),
        "Monitoring.Surroundings",
    ],
    "aegisai": [
        *("Network", "SecurityGroups", "Storage", "Secrets", "Images", "Eks", "PodIdentities", "Manifests"),
        *("Backup", "Monitoring", "Monitoring.Surroundings"),
    ],
}
"""What a full deployment of each system has; another one in front of a load balancer with AWS WAF: `FIREWALLED`."""
FIREWALLED = {"aegisai-prod": ["Firewall", "IngressClass"]}


def nested_stacks(deployment: str) -> list[str]:
    """The nested stacks of one committed deployment."""
    system = deployment.rpartition("-")[0]
    return [*NESTED_STACKS[system], *FIREWALLED.get(deployment, [])]


def edges(root: StackTemplate) -> dict[str, set[str]]:
    """Nested stack → the nested stacks that it refers to or waits for, read from the root template."""
    nested = {
        key: json.dumps(resource) for key, resource in root.resources.items() if resource["Type"] == NESTED
    }
    name = {key: key.split("NestedStack")[0] for key in nested}
    return {
        name[key]: {name[other] for other in nested if other != key and f'"{other}"' in text}
        for key, text in nested.items()
    }


def closure(stack: str) -> set[str]:
    return set().union(*({need} | closure(need) for need in DOCUMENT.get(stack, set())))


def check(root: StackTemplate) -> None:
    actual = edges(root)
    assert actual, "no nested stack"
    for stack, needs in actual.items():
        assert needs <= closure(stack), (
            f"{stack} needs {needs - closure(stack)}, which the document does not say"
        )
        missing = (DOCUMENT.get(stack, set()) & set(actual)) - needs
        assert not missing, f"{stack} does not wait for {missing}, as the document says"


@pytest.mark.parametrize("deployment", COMMITTED)
def test_nested_stacks_depend_on_each_other_as_the_document_says(assembly: Path, deployment: str) -> None:
    check(templates(assembly, deployment)[0])


@pytest.mark.parametrize("deployment", VARIANTS)
def test_variants_keep_the_graph(variants: Path, deployment: str) -> None:
    check(templates(variants, deployment)[0])


@pytest.mark.parametrize("deployment", COMMITTED)
def test_a_full_deployment_has_every_nested_stack(assembly: Path, deployment: str) -> None:
    found = [each.name.partition(".")[2] for each in templates(assembly, deployment)[1:]]
    assert sorted(found) == sorted(nested_stacks(deployment))


@pytest.mark.parametrize("deployment", VARIANTS)
def test_no_nested_stack_is_empty(variants: Path, deployment: str) -> None:
    assert all(template.resources for template in templates(variants, deployment))
