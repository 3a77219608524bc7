"""One list of what stops a deletion; hand-off and `make destroy-check` say each in words of their own."""

from pathlib import Path
from typing import Any

import pytest

from commands.destroy_check.from_template import left
from commands.destroy_check.protections import obstacles, sections
from commands.flattened import flattened
from commands.protections import protections
from settings.load import load_deployment
from tests.conftest import ROOT

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


def remedies(assembly: Path, deployment: str, *, termination: bool) -> list[str]:
    settings = load_deployment(ROOT / "deployments" / f"{deployment}.yaml").on_aws
    template = flattened(assembly, deployment)
    told = obstacles(template, deployment, termination=termination, sections=sections(settings))
    return [each.remedy for each in told]


@pytest.mark.parametrize(
    ("deployment", "said"),
    [
        (
            "aegisai-prod",
            ["postgresql.deletion_protection: false, deploy", "cluster.deletion_protection: false, deploy"],
        ),
        ("aegisai-dev", []),
    ],
)
def test_what_ends_a_protection_is_called_as_the_file_of_that_system_calls_it(
    assembly: Path, deployment: str, said: list[str]
) -> None:
    assert remedies(assembly, deployment, termination=False) == said


def test_protection_of_something_that_the_file_knows_no_more() -> None:
    [told] = obstacles({"Resources": {"It": CLUSTER}}, "media", termination=False, sections={})
    assert told.remedy == "deletion_protection: false in the file that it was deployed from, deploy"


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
    assert remedies(assembly, "open-webui-prod", termination=True) == [
        "termination_protection: false, deploy",
        "database.deletion_protection: false, deploy",
        "load_balancer.deletion_protection: false, deploy",
    ]
