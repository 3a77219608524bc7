"""What every deployment file may say, whatever its system."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from settings.backup import BackupSettings, copy_refusals
from settings.capacity.answer import Capacity
from settings.caution import Caution, examples_left
from settings.database import DatabaseSettings
from settings.model import Model, Refusal
from settings.monitoring import MonitoringSettings
from settings.network import NetworkSettings
from settings.problems import shown
from settings.recovery import PrimarySettings, ReplicaSettings, RestoreSettings
from settings.text import DeploymentName, Region, region_of


def _not_of_aws(value: str) -> str:
    if value.lower().startswith("aws:"):
        raise ValueError(f"{shown(value)} begins with aws:, which AWS keeps for itself; choose another key")
    return value


TagKey = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]+$", min_length=1, max_length=128, examples=["cost-center"]),
    AfterValidator(_not_of_aws),
]
TagValue = Annotated[str, Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]*$", max_length=256, examples=["research-17"])]


class DeploymentBase(Model):
    """The settings that all systems share."""

    secrets_belong_in: ClassVar[str | None] = None
    """Where values go that look like secrets; they are refused in the file. None: each setting looks for itself."""

    name: Annotated[DeploymentName, Field(exclude=True)]
    """The file's name without `.yaml`; not written in the file."""
    environment: Literal["dev", "staging", "prod"]
    """Which preset fills what the file leaves out."""

    def capacity(self) -> Capacity | None:
        """Whether the pods fit on the nodes. None: there are no nodes."""
        return None

    def cautions(self, *, packages: Path) -> Iterator[Caution]:
        """What is right and probably not meant.

        packages: folder of installed applications, a folder per version; may be missing.
        """
        yield from examples_left(self.model_dump(mode="json"))


class AwsDeployment(DeploymentBase):
    """The settings that all systems on AWS share."""

    account: Annotated[str, Field(pattern=r"^\d{12}$", examples=["111122223333"])] | None = None
    """Account that the deployment is meant for, in quotes. Left out: whichever the credentials name."""
    region: Region | None = None
    """Region that the deployment is meant for. Left out: whichever the credentials name."""
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=40)] = Field(default_factory=dict)
    """Tags on everything that takes tags."""
    termination_protection: bool = True
    """Refuse deletion of the stack until it is switched off."""
    keep_data: bool = True
    """When the stack is deleted, files, uploads, users and secrets stay; the database leaves a snapshot.

    `false`: all of it is deleted."""
    network: NetworkSettings = NetworkSettings()

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        for folded, count in Counter(key.lower() for key in self.tags).items():
            if count > 1:
                keys = ", ".join(key for key in self.tags if key.lower() == folded)
                yield Refusal(
                    f"the keys {keys} differ in case only, which IAM refuses; keep one of them", "tags"
                )
        for field, zones in (
            ("network.availability_zones", self.network.availability_zones),
            (
                "network.existing.availability_zones",
                self.network.existing and self.network.existing.availability_zones,
            ),
        ):
            for zone in sorted({zone for zone in zones or () if self.region not in (None, zone[:-1])}):
                message = (
                    f"{zone} is a zone of {zone[:-1]}; name zones of {self.region}, the deployment's region"
                )
                yield Refusal(message, field, "region")

    def secret_name(self, role: str) -> str:
        """Physical name of the secret for one role, the same wherever it is read."""
        return f"{self.name}/{role}"


class RecoverableDeployment(AwsDeployment):
    """The settings of systems with Aurora that another region can stand by for."""

    database: DatabaseSettings = DatabaseSettings()
    monitoring: MonitoringSettings
    backup: BackupSettings = BackupSettings()
    replicate_keys_to: ReplicaSettings | None = None
    """Replicate the application's keys to a standby's region. Left out: no replica."""
    secondary_of: PrimarySettings | None = None
    """This deployment stands by for another. Without `restore` only key and vault are made, for copies of
    recovery points."""
    restore: RestoreSettings | None = None
    """Start from recovery points. Left out: start empty."""

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        yield from self._region_refusals()
        yield from self._standby_refusals()

    def _region_refusals(self) -> Iterator[Refusal]:
        """What lies in the wrong region."""
        region = self.region
        if region is None:
            return
        yield from copy_refusals(self.backup, region)
        if self.replicate_keys_to is not None and self.replicate_keys_to.region == region:
            message = f"{region} is the region of the deployment; name the standby's region"
            yield Refusal(message, "replicate_keys_to.region", "region")
        snapshot = self.restore.cluster_snapshot_arn if self.restore is not None else None
        if snapshot is not None and region_of(snapshot) != region:
            message = (
                f"is a snapshot of {region_of(snapshot)}; copy it to {region}, the deployment's region, first"
            )
            yield Refusal(message, "restore.cluster_snapshot_arn", "region")

    def _standby_refusals(self) -> Iterator[Refusal]:
        primary, keys = self.secondary_of, ("session_key_arn", "token_key_arn", "model_keys_arn")
        if primary is None:
            return
        if self.region is not None and primary.region == self.region:
            message = f"{primary.region} is the region of this deployment too; a standby is in another one"
            yield Refusal(message, "secondary_of.region", "region")
        if primary.deployment == self.name:
            yield Refusal(
                f"{self.name} is this deployment itself; name the primary", "secondary_of.deployment"
            )
        for key in keys:
            arn = getattr(primary, key)
            if arn is None and self.restore is not None:
                message = (
                    "is missing, and restore starts the standby; give the replica of the primary's secret"
                )
                yield Refusal(message, f"secondary_of.{key}", "restore")
            if arn is not None and self.restore is None:
                message = "is given without restore; give both when the standby takes over, none before"
                yield Refusal(message, f"secondary_of.{key}", "restore")
            if arn is not None and self.region is not None and region_of(arn) != self.region:
                message = f"is a secret of {region_of(arn)}; give its replica in {self.region}"
                yield Refusal(message, f"secondary_of.{key}", "region")
        if self.restore is None and not self.backup.enabled:
            message = "is false, and a standby is there to receive backups; remove it"
            yield Refusal(message, "backup.enabled", "secondary_of", "restore")

    @property
    def stands_by(self) -> bool:
        """A standby that has not taken over: key and vault only."""
        return self.secondary_of is not None and self.restore is None
