"""What refuses to go until it is switched off, by the templates."""

from collections.abc import Iterator

from commands.destroy_check.from_template import Template, of_type
from commands.destroy_check.model import Protection


def protections(template: Template, deployment: str, *, termination: bool) -> list[Protection]:
    """What refuses deletion. `termination`: whether the stack has termination protection."""
    return [*_of_the_stack(deployment, termination), *_of_resources(template), *_of_vaults(template)]


def _of_the_stack(deployment: str, termination: bool) -> Iterator[Protection]:
    if termination:
        yield Protection(
            name=deployment, what="termination protection", remedy="termination_protection: false, deploy"
        )


def _of_resources(template: Template) -> Iterator[Protection]:
    def found(address: str, setting: str) -> Protection:
        return Protection(name=address, what="deletion protection", remedy=f"{setting}: false, deploy")

    for address, cluster in of_type(template, "AWS::RDS::DBCluster"):
        if cluster.get("DeletionProtection") is True:
            yield found(address, "database.deletion_protection")
    for address, pool in of_type(template, "AWS::Cognito::UserPool"):
        if pool.get("DeletionProtection") == "ACTIVE":
            yield found(address, "sign_in.deletion_protection")
    for address, balancer in of_type(template, "AWS::ElasticLoadBalancingV2::LoadBalancer"):
        if {"Key": "deletion_protection.enabled", "Value": "true"} in balancer["LoadBalancerAttributes"]:
            yield found(address, "load_balancer.deletion_protection")


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
