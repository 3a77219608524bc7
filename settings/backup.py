"""AWS Backup."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from settings.model import Model, Refusal
from settings.text import OfKnownRegion, region_of

VAULT_ARN = r"^arn:aws[a-z-]*:backup:[a-z0-9-]+:\d{12}:backup-vault:[A-Za-z0-9_-]{2,50}$"


class VaultLock(Model):
    """Recovery points cannot be deleted before their time, by nobody, once the grace time is over."""

    min_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 7
    """Least days that a recovery point is kept."""
    changeable_for_days: Annotated[int, Field(ge=3, le=36_500)] | None = None
    """Days until the lock can never be taken off again. Left out: privileged people can take it off
    (governance mode)."""


class BackupSettings(Model):
    """A daily plan over file system, database and uploads."""

    enabled: bool = True
    """Make plan and vault."""
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 35
    """Days that a recovery point is kept."""
    hour_utc: Annotated[int, Field(ge=0, le=23)] = 3
    """Hour of the day, UTC, at which backups start."""
    copy_vault_arn: (
        Annotated[
            str,
            Field(
                pattern=VAULT_ARN,
                examples=["arn:aws:backup:eu-central-1:111122223333:backup-vault:open-webui-standby"],
            ),
            OfKnownRegion,
        ]
        | None
    ) = None
    """Vault in another region that recovery points are copied to; Open WebUI's standby makes one (its output
    `BackupVaultArn`).

    Left out: no copy."""
    lock: VaultLock | None = None
    """Lock of the vault. Left out: none."""
    restore_testing: bool = False
    """Restore a recovery point every week, look whether it comes up, delete it again."""

    def refusals(self) -> Iterator[Refusal]:
        if self.lock is not None and self.lock.min_retention_days > self.retention_days:
            message = (
                f"{self.lock.min_retention_days} exceeds retention_days {self.retention_days}, "
                "and every backup job would fail; lower the one or raise the other"
            )
            yield Refusal(message, "lock.min_retention_days", "retention_days")
        for name in ("copy_vault_arn", "lock"):
            if not self.enabled and getattr(self, name) is not None:
                yield Refusal("is given, and backup.enabled is false; remove one of them", name, "enabled")


def copy_refusals(backup: BackupSettings, region: str) -> Iterator[Refusal]:
    """A copy that stays in the deployment's region; fields relative to the deployment."""
    vault = backup.copy_vault_arn
    if vault is not None and region_of(vault) == region:
        message = f"is a vault of {region}, the region of the deployment; name a vault of another region"
        yield Refusal(message, "backup.copy_vault_arn", "region")
