"""One list of what stops a deletion; hand-off and `make destroy-check` say each in words of their own."""

from pathlib import Path
from typing import Any

import pytest

from commands.destroy_check.from_template import left
from commands.destroy_check.protections import obstacles
from commands.flattened import flattened
from commands.protections import protections

POOL = {"Type": "AWS::Cognito::UserPool", "Properties": {"DeletionProtection": "ACTIVE"}}
VAULT = {"Type": "AWS::Backup::BackupVault", "Properties": {"LockConfiguration": {"MinRetentionDays": 30}}}
BALANCER = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"}
CLUSTER = {"Type": "AWS::RDS::DBCluster", "Properties": {"DeletionProtection": True}}


def found(resource: dict[str, Any]) -> list[str]:
    return [each.what for each in protections({"Resources": {"It": resource}}, termination=False)]


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (POOL, "deletion protection"),
        (CLUSTER, "deletion protection"),
        (VAULT, "vault lock: recovery points stay 30 days"),
    ],
)
def test_what_the_template_retains_stops_nothing(resource: dict[str, Any], said: str) -> None:
    assert found(resource) == [said]
    for policy in ("Retain", "RetainExceptOnCreate"):
        assert found({**resource, "DeletionPolicy": policy}) == []
    assert found({**resource, "DeletionPolicy": "Snapshot"}) == [said]


def test_cluster_of_kubernetes_is_protected_where_its_template_says_so(assembly: Path) -> None:
    for deployment, remedies in (
        ("aegisai-prod", ["cluster.deletion_protection: false, deploy"]),
        ("aegisai-dev", []),
    ):
        told = obstacles(flattened(assembly, deployment), deployment, termination=False)
        assert [each.remedy for each in told if "cluster." in each.remedy] == remedies


def test_load_balancer_without_attributes_is_not_protected() -> None:
    assert found(BALANCER) == []


def test_what_stays_is_told_with_what_is_in_the_way_of_removing_it() -> None:
    denial = {"Effect": "Deny", "Action": ["backup:DeleteRecoveryPoint"]}
    vault = {**VAULT["Properties"], "AccessPolicy": {"Statement": [denial]}}  # type: ignore[dict-item] # of one shape
    template = {
        "Resources": {
            "Pool": {**POOL, "DeletionPolicy": "Retain"},
            "Vault": {**VAULT, "Properties": vault, "DeletionPolicy": "Retain"},
        }
    }
    assert [each.why for each in left(template, "chat")] == [
        "the template retains it; under deletion protection",
        "the template retains it; under vault lock: recovery points stay 30 days; "
        "its policy lets nobody delete recovery points",
    ]


def test_retained_user_pool_of_prod_is_in_no_list(assembly: Path) -> None:
    template = flattened(assembly, "open-webui-prod")
    told = obstacles(template, "open-webui-prod", termination=True)
    assert [each.remedy for each in told] == [
        "termination_protection: false, deploy",
        "database.deletion_protection: false, deploy",
        "load_balancer.deletion_protection: false, deploy",
    ]
