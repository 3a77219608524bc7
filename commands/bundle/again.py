"""Names that are fixed and stay after a deletion: a new deployment of the same name stops at them."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from commands.bundle.known import values
from commands.flattened import Template
from commands.preflight.checks.names import FIXED
from commands.stateful import retained

VAULT = """aws backup delete-backup-vault-access-policy --backup-vault-name {0}
for point in $(aws backup list-recovery-points-by-backup-vault --backup-vault-name {0} --output text \\
                 --query "RecoveryPoints[].RecoveryPointArn"); do
  aws backup delete-recovery-point --backup-vault-name {0} --recovery-point-arn "$point"
done
aws backup delete-backup-vault --backup-vault-name {0}    # some minutes later: points go one by one"""
FREED = {
    "AWS::Backup::BackupVault": VAULT,
    "AWS::ECR::Repository": "aws ecr delete-repository --force --repository-name {0}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {0}",
    "AWS::SecretsManager::Secret": "aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {0}",
}
"""Type → the command that frees a name for good."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A name that is taken after a deletion; `command` is empty where none is known."""

    noun: str
    name: str
    command: str


def taken(template: Template) -> Iterator[Taken]:
    """Each retained resource of a template (see `commands.flattened`) whose name is in it."""
    known = values(template)
    for each in retained(template):
        resource = template["Resources"][each.address]
        for fixed in FIXED:
            name = known.text(resource.get("Properties", {}).get(fixed.property))
            if fixed.kind == each.kind and each.policy != "Snapshot" and name is not None:
                yield Taken(noun=fixed.noun, name=name, command=FREED.get(fixed.kind, "").format(quote(name)))
