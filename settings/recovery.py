"""A second region: what the primary sends there, and what a standby starts from."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from settings.model import Model, Refusal
from settings.text import DeploymentName, OfKnownRegion, Region, region_of

SNAPSHOT_ARN = r"^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:cluster-snapshot:[A-Za-z0-9:-]+$"
REPLICA_ARN = r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$"
KEY_ARN = (
    r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
)
SecretArn = Annotated[
    str,
    Field(
        pattern=REPLICA_ARN,
        max_length=2048,
        examples=["arn:aws:secretsmanager:eu-central-1:111122223333:secret:SessionKey-AbC123"],
    ),
    OfKnownRegion,
]


class ReplicaSettings(Model):
    """Where the application's keys and those of model back ends are replicated to, so that a standby has them."""

    region: Annotated[Region, Field(examples=["eu-central-1"])]
    """Region of the standby."""
    key_arn: Annotated[
        str,
        Field(
            pattern=KEY_ARN,
            examples=["arn:aws:kms:eu-central-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"],
        ),
        OfKnownRegion,
    ]
    """Key of the standby (its output `ReplicaKeyArn`) that encrypts the replicas."""

    def refusals(self) -> Iterator[Refusal]:
        if region_of(self.key_arn) != self.region:
            message = (
                f"is a key of {region_of(self.key_arn)}; give one of {self.region}, where the replicas go"
            )
            yield Refusal(message, "key_arn", "region")


class RestoreSettings(Model):
    """Recovery points that a new deployment starts from. Keep them in the file for good: without, the
    database is replaced."""

    cluster_snapshot_arn: Annotated[
        str,
        Field(
            pattern=SNAPSHOT_ARN,
            max_length=2048,
            examples=["arn:aws:rds:eu-central-1:111122223333:cluster-snapshot:awsbackup:job-0123"],
        ),
        OfKnownRegion,
    ]
    """Aurora cluster snapshot or AWS Backup recovery point, in the deployment's region."""
    file_system_id: (
        Annotated[str, Field(pattern=r"^fs-([0-9a-f]{8}|[0-9a-f]{17})$", examples=["fs-0123456789abcdef0"])]
        | None
    ) = None
    """EFS file system that AWS Backup restored. Left out: a new, empty one."""
    file_system_directory: (
        Annotated[
            str,
            Field(
                pattern=r"^aws-backup-restore_[0-9A-Za-z_.:-]{1,64}$",
                examples=["aws-backup-restore_2026-11-21T03-00-00-000Z"],
            ),
        ]
        | None
    ) = None
    """Directory that AWS Backup restored into. Left out: the files were moved to where they had been."""


class PrimarySettings(Model):
    """The deployment that this one stands by for."""

    deployment: Annotated[DeploymentName, Field(examples=["open-webui-prod"])]
    """Name of the primary deployment."""
    region: Region
    """Its region."""
    session_key_arn: SecretArn | None = None
    """Replica, in this region, of the primary's secret that its output `SessionKeySecret` names; needed with
    `restore`."""
    token_key_arn: SecretArn | None = None
    """Replica, in this region, of the primary's secret that its output `TokenKeySecret` names; needed with
    `restore`."""
    model_keys_arn: SecretArn | None = None
    """Replica, in this region, of the primary's secret that its output `ModelKeysSecret` names; needed with
    `restore`."""
