"""A backup vault that nobody deletes from."""

from aws_cdk import Aws
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.data.retention import kept

PRINCIPAL = "aws:PrincipalArn"


class ProtectedVault(Construct):
    """`vault`: takes copies from this account; while data is kept, AWS Backup alone deletes recovery points."""

    vault: backup.BackupVault

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key: kms.IKey,
        lock: backup.LockConfiguration | None,
        keep_data: bool,
    ) -> None:
        """`name` is physical. `keep_data`: the vault outlives the stack."""
        super().__init__(scope, construct_id)
        self.vault = backup.BackupVault(
            self,
            "Default",
            backup_vault_name=name,
            encryption_key=key,
            access_policy=iam.PolicyDocument(statements=[_copies_from_this_account()]),
            lock_configuration=lock,
            removal_policy=kept(keep_data),
        )
        self._denial = _nobody_deletes()
        if keep_data:
            self.vault.add_to_access_policy(self._denial)

    def let_delete(self, role: iam.IRole) -> None:
        """AWS Backup deletes what is over with the role that made it.

        Developer guide, "Identity and access management in AWS Backup".
        """
        self._denial.add_condition("ArnNotLike", {PRINCIPAL: [_service_linked_roles(), role.role_arn]})


def _copies_from_this_account() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="CopiesFromThisAccount",
        principals=[iam.AccountRootPrincipal()],
        actions=["backup:CopyIntoBackupVault"],
        resources=["*"],
    )


def _nobody_deletes() -> iam.PolicyStatement:
    """Only AWS Backup deletes, when retention is over.

    A person who has to delete earlier changes this policy first: two calls, both in CloudTrail.
    """
    return iam.PolicyStatement(
        sid="NobodyDeletes",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"],
        resources=["*"],
        conditions={"ArnNotLike": {PRINCIPAL: [_service_linked_roles()]}},
    )


def _service_linked_roles() -> str:
    return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/aws-service-role/backup.amazonaws.com/*"
