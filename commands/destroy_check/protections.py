"""What refuses to go until it is switched off, by the templates."""

from collections.abc import Iterator

from commands.destroy_check.from_template import of_type
from commands.destroy_check.model import Protection
from commands.flattened import Template
from commands.stateful import is_protected

SECTIONS = {
    "AWS::RDS::DBCluster": "database",
    "AWS::RDS::DBInstance": "database",
    "AWS::Cognito::UserPool": "sign_in",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "load_balancer",
}
"""The section of the deployment file whose `deletion_protection` protects each type."""


def protections(template: Template, deployment: str, *, termination: bool) -> list[Protection]:
    """What refuses deletion. `termination`: whether the stack has termination protection."""
    return [*_of_the_stack(deployment, termination), *_of_resources(template), *_of_vaults(template)]


def _of_the_stack(deployment: str, termination: bool) -> Iterator[Protection]:
    if termination:
        yield Protection(
            name=deployment, what="termination protection", remedy="termination_protection: false, deploy"
        )


def _of_resources(template: Template) -> Iterator[Protection]:
    for address, resource in template["Resources"].items():
        if is_protected(resource):
            section = SECTIONS[resource["Type"]]
            remedy = f"{section}.deletion_protection: false, deploy"
            yield Protection(name=address, what="deletion protection", remedy=remedy)


def _of_vaults(template: Template) -> Iterator[Protection]:
    for address, vault in of_type(template, "AWS::Backup::BackupVault"):
        lock = vault.get("LockConfiguration")
        if lock:
            days = lock.get("MinRetentionDays")
            final = lock.get("ChangeableForDays")
            what = f"vault lock: recovery points stay {days} days" if days else "vault lock"
            remedy = (
                f"final {final} days after it was made: wait until the last recovery point is over"
                if final
                else "aws backup delete-backup-vault-lock-configuration"
            )
            yield Protection(name=address, what=what, remedy=remedy)
        for statement in vault.get("AccessPolicy", {}).get("Statement", []):
            if statement["Effect"] == "Deny" and "backup:DeleteRecoveryPoint" in statement["Action"]:
                remedy = "aws backup delete-backup-vault-access-policy, when the rest is gone"
                yield Protection(name=address, what="nobody deletes recovery points", remedy=remedy)
