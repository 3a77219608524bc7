"""Where an application on Kubernetes keeps its data: in the cluster on volumes, or with AWS."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from settings.cache import ServerlessCache
from settings.database import DatabaseSettings
from settings.images import Digest
from settings.model import Model, Refusal
from settings.quantity import ByteQuantity
from settings.services import CpuShare, MemoryShare
from settings.versions import POSTGRESQL, POSTGRESQL_CLIENTS, VALKEY_IN_CLUSTER

BLOCK_CLASSES = (
    "gp2",
    "gp3",
    "io1",
    "io2",
    "st1",
    "sc1",
    "ebs",
    "ebs-sc",
    "local-path",
    "hostpath",
    "standard",
)
"""Usual names of classes whose volumes one node mounts at a time."""
FILE_CLASSES = ("efs", "efs-sc", "nfs", "nfs-client", "azurefile")
"""Usual names of classes of network file systems, on which databases lose what they wrote."""
StorageClass = Annotated[
    str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$", max_length=63, examples=["fast"])
]
Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$", examples=["aegisai_db"])]


class DiskSettings(Model):
    """A volume that one pod mounts (ReadWriteOnce)."""

    storage: ByteQuantity = "10Gi"
    """Size of the volume; it can be made larger later, never smaller."""
    storage_class: StorageClass | None = None
    """Class of the volume. Left out: gp3 on EKS, elsewhere the cluster's default class."""

    def refusals(self) -> Iterator[Refusal]:
        if self.storage_class in FILE_CLASSES:
            message = (
                f"{self.storage_class} is a network file system, which is no place for a database; "
                "use a block storage class such as gp3"
            )
            yield Refusal(message, "storage_class")


class InClusterPostgresql(DiskSettings):
    """PostgreSQL in one pod on a volume; while the pod moves to another node there is no database."""

    hosted: Literal["in_cluster"]
    """Where PostgreSQL runs."""
    image_tag: Annotated[str, Field(pattern=r"^1[5-7]\.\d{1,2}(-[a-z0-9.]+)?$", examples=[POSTGRESQL])] = (
        POSTGRESQL
    )
    """Exact tag of the image `postgres`; another major does not read the volume's files, so restore a dump then."""
    image_digest: Digest | None = None
    """Digest of the image, which then wins over what the tag points to."""
    database: Identifier = "aegisai_db"
    """Name of the database; create-only."""
    user: Identifier = "postgres_user"
    """Name of the application's user; create-only."""
    memory: MemoryShare = MemoryShare()
    cpu: CpuShare = CpuShare(request="250m", limit="1000m")

    @property
    def client_tag(self) -> str:
        """Tag of the image `postgres` whose tools are of the server's major."""
        return self.image_tag


class AuroraPostgresql(DatabaseSettings):
    """Aurora PostgreSQL Serverless v2, with a reader in another zone if wanted."""

    hosted: Literal["aurora"]
    """Where PostgreSQL runs."""

    @property
    def client_tag(self) -> str:
        """Tag of the image `postgres` whose tools are of the server's major."""
        return POSTGRESQL_CLIENTS[int(self.engine_version.split(".")[0])]


class InClusterRedis(DiskSettings):
    """Valkey, which speaks Redis, in one pod that writes every change to a volume."""

    hosted: Literal["in_cluster"]
    """Where Redis runs."""
    storage: ByteQuantity = "5Gi"
    """Size of the volume; it can be made larger later, never smaller."""
    image_tag: Annotated[
        str, Field(pattern=r"^[789]\.\d{1,2}\.\d{1,2}(-[a-z0-9.]+)?$", examples=[VALKEY_IN_CLUSTER])
    ] = VALKEY_IN_CLUSTER
    """Exact tag of the image `valkey/valkey`."""
    image_digest: Digest | None = None
    """Digest of the image, which then wins over what the tag points to."""
    memory: MemoryShare = MemoryShare(request="256Mi", limit="512Mi")
    cpu: CpuShare = CpuShare(request="100m", limit="500m")


class ElastiCacheRedis(ServerlessCache):
    """ElastiCache Serverless for Valkey, in every zone."""

    hosted: Literal["elasticache"]
    """Where Redis runs."""


class SharedStorageSettings(Model):
    """The volume that all workers mount (ReadWriteMany): raw, processed and transcoded files."""

    storage: ByteQuantity = "20Gi"
    """Size that is asked for; EFS grows by itself and does not hold anybody to it."""
    storage_class: StorageClass | None = None
    """Class of the volume, one that many nodes mount at once. Left out: efs on EKS, elsewhere the cluster's default
    class."""

    def refusals(self) -> Iterator[Refusal]:
        if self.storage_class in BLOCK_CLASSES:
            message = (
                f"{self.storage_class} is block storage, which one node mounts at a time (ReadWriteOnce), and the "
                "shared storage is ReadWriteMany; use a class of a network file system such as efs"
            )
            yield Refusal(message, "storage_class")
