"""Wildcards in a policy statement, and what is known about why they are there."""

from dataclasses import dataclass
from typing import Any

from commands.folded import folded
from commands.report.findings import Findings

ITSELF = {
    "AWS::Backup::BackupVault": "this vault alone: the policy of a vault speaks of nothing else",
    "AWS::EFS::FileSystem": "this file system alone: its policy speaks of nothing else",
    "AWS::KMS::Key": "this key alone: the policy of a key speaks of nothing else",
    "AWS::S3::BucketPolicy": "objects of this bucket: its policy speaks of nothing else",
    "AWS::SecretsManager::ResourcePolicy": "this secret alone: its policy speaks of nothing else",
}
"""What a wildcard for resources means in the policy of one."""
GATES = {"AWS::EC2::VPCEndpoint": "a gate that grants nothing: what passes needs a permission of its own"}
FAMILIES = {
    "kms:GenerateDataKey*": "GenerateDataKey and its variants, which make keys under this one",
    "kms:ReEncrypt*": "ReEncryptFrom and ReEncryptTo, which AWS grants as a pair",
}
CALLERS_ACCOUNT = ("aws:PrincipalAccount", "aws:SourceAccount", "kms:CallerAccount")
BY_ACCOUNT = "everybody of the account that the condition names"
BY_IAM = (
    "the account's own IAM policies decide, as AWS documents for keys; without it nobody could change the key"
)
DENIED = "a denial, which is the stricter the more it covers"


@dataclass(frozen=True)
class Wildcard:
    """What is known about a wildcard: `why` it is there, empty where nobody has said anything."""

    why: str
    denies: bool


@dataclass(frozen=True)
class Judge:
    """Judges the wildcards of one statement.

    Args:
        statement: As its own template has it, whose words the findings use.
        address: Of the resource that the statement belongs to.
        resource_type: Of that resource.
        found: Acknowledged findings; that of AwsSolutions-IAM5 is a reason.
    """

    statement: dict[str, Any]
    address: str
    resource_type: str
    found: Findings

    def wildcard(self, part: str, value: Any) -> Wildcard | None:
        """Of one action, resource or principal, if it is one.

        Args:
            part: `Action`, `Resource` or `Principal`, or one of them with `Not`, which covers the rest of the world.
            value: As the statement's own template has it.
        """
        text = as_checked(value)
        if not part.startswith("Not") and "*" not in text and "?" not in text:
            return None
        if self.statement["Effect"] == "Deny":
            return Wildcard(DENIED, denies=True)
        reasons = (
            self.found.reason(self.address, "AwsSolutions-IAM5", f"{part}::{text}"),
            ITSELF.get(self.resource_type, "") if part == "Resource" else "",
            GATES.get(self.resource_type, "") if part != "Principal" else "",
            BY_ACCOUNT if part == "Principal" and self._names_account() else "",
            FAMILIES.get(text, "") if part == "Action" else "",
            BY_IAM if self._is_administration(text) else "",
        )
        return Wildcard(next(filter(None, reasons), ""), denies=False)

    def _names_account(self) -> bool:
        equal = self.statement.get("Condition", {}).get("StringEquals", {})
        return any(key in equal and "*" not in as_checked(equal[key]) for key in CALLERS_ACCOUNT)

    def _is_administration(self, text: str) -> bool:
        principal = self.statement.get("Principal", {})
        root = isinstance(principal, dict) and as_checked(principal.get("AWS", "")).endswith(":root")
        return root and (text, self.resource_type) == ("kms:*", "AWS::KMS::Key")


def as_checked(value: Any) -> str:
    """A value as the ids of findings have it: `arn:<AWS::Partition>:s3:::<Bucket.Arn>`."""
    return folded(value, named="<{}>".format, other=str)
