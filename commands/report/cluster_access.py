"""Who may use a Kubernetes cluster of EKS: its access entries, which are permissions outside of IAM policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.report.conditional import listed, said, variants
from commands.report.lines import Line
from commands.report.words import Words


@dataclass(frozen=True, kw_only=True)
class ClusterAccess:
    """One principal with one access policy, with Kubernetes groups, or with what its type of node gives it."""

    cluster: Line
    who: Line
    what: Line
    where: str
    when: str
    """The conditions of the template under which it counts; empty where it always does."""


def cluster_access(template: Template, words: Words) -> Iterator[ClusterAccess]:
    """Every access entry of the deployment, a row for each of its policies."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::EKS::AccessEntry":
            made_if = (resource["Condition"],) if resource.get("Condition") else ()
            for when, properties in variants(resource["Properties"], made_if):
                for what, where in _given(properties, words):
                    yield ClusterAccess(
                        cluster=words.line(properties["ClusterName"]),
                        who=words.line(properties["PrincipalArn"]),
                        what=words.line(what),
                        where=where,
                        when=said(when),
                    )


def _given(properties: dict[str, Any], words: Words) -> Iterator[tuple[Any, str]]:
    policies = [each for _, each in listed(properties.get("AccessPolicies", []))]
    groups = [each for _, each in listed(properties.get("KubernetesGroups", []))]
    for policy in policies:
        scope = policy["AccessScope"]
        namespaces = words.text(scope.get("Namespaces", []))
        yield (
            policy["PolicyArn"],
            "the whole cluster" if scope["Type"] == "cluster" else f"namespaces {namespaces}",
        )
    for group in groups:
        yield group, "as the cluster's own role bindings of this group say"
    if not policies and not groups:
        yield properties.get("Type", "STANDARD"), "what EKS gives this type; nothing for STANDARD"
