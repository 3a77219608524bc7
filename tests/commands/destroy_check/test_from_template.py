"""What outlives a stack, by its template alone."""

from pathlib import Path

import pytest

from commands.destroy_check import check, from_template
from commands.destroy_check.model import Findings, Left
from commands.destroy_check.prices import table
from commands.destroy_check.report import as_json
from commands.flattened import flattened
from commands.stateful import retained


def of(assembly: Path, deployment: str) -> Findings:
    return check.from_assembly(assembly, deployment, region="us-east-1", sections={})


def by_kind(findings: Findings, kind: str) -> list[Left]:
    return [each for each in findings.left if each.kind == kind]


def test_everything_that_the_template_retains_is_listed(assembly: Path) -> None:
    template = flattened(assembly, "open-webui-prod")
    names = {each.name for each in of(assembly, "open-webui-prod").left}
    kept = {each.address for each in retained(template)}
    assert kept
    assert kept <= names


def test_dev_leaves_the_snapshots_before_upgrades_and_keys_that_cost_nothing(assembly: Path) -> None:
    findings = of(assembly, "open-webui-dev")
    assert [each.kind for each in findings.left] == ["cluster snapshots", "AWS::KMS::Key"]
    assert "7 days" in findings.left[1].why
    assert as_json(findings, table())["left_usd_a_month"] == 0
    assert findings.protections == []


def test_prod_names_what_no_template_has(assembly: Path) -> None:
    findings = of(assembly, "open-webui-prod")
    (database,) = by_kind(findings, "AWS::RDS::DBCluster")
    assert database.why == "a last snapshot is taken"
    points = [each.why for each in by_kind(findings, "recovery points")]
    assert len(points) == 2, "in the vault, and copies elsewhere"
    assert all("35 days" in why for why in points)
    assert [each.name for each in by_kind(findings, "AWS::Logs::LogGroup") if "makes it" in each.why] == [
        "/aws/ecs/containerinsights/{Fargate.ClusterC2E21B66}/performance"
    ]


def test_a_locked_vault_and_replicas_are_told(variants: Path) -> None:
    findings = of(variants, "primary")
    (vault,) = by_kind(findings, "AWS::Backup::BackupVault")
    assert "vault lock: recovery points stay 30 days; final 7 days after it was made" in vault.why
    (session,) = (each for each in findings.left if "SessionKey" in each.name)
    assert "replica in eu-central-1" in session.why
    assert session.charges[0].amount == 2


def test_fixed_costs_add_up(assembly: Path) -> None:
    """Five keys at 1.00, six secrets at 0.40."""
    findings = of(assembly, "open-webui-prod")
    keys = [each for each in by_kind(findings, "AWS::KMS::Key") if each.charges]
    secrets = by_kind(findings, "AWS::SecretsManager::Secret")
    assert as_json(findings, table())["left_usd_a_month"] == pytest.approx(len(keys) * 1 + len(secrets) * 0.4)
    assert (len(keys), len(secrets)) == (5, 6)


def test_functions_without_a_group_of_their_own_leave_one() -> None:
    template = {
        "Resources": {
            "With": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"LoggingConfig": {"LogGroup": {"Ref": "Log"}}},
            },
            "Without": {"Type": "AWS::Lambda::Function", "Properties": {}},
        }
    }
    assert [each.name for each in from_template.left(template, "chat")] == ["/aws/lambda/{Without}"]
