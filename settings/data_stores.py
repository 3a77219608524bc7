"""Where an application on Kubernetes keeps its data: in the cluster on volumes, or with AWS."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from settings.cache import ServerlessCache
from settings.database import AuroraSettings
from settings.images import Digest
from settings.model import Model, Refusal
from settings.quantity import ByteQuantity, CpuQuantity
from settings.services import CpuShare, MemoryShare
from settings.versions import POSTGRESQL, POSTGRESQL_CLIENTS, POSTGRESQL_REPOSITORY, VALKEY_IN_CLUSTER

EBS_TYPES = ("gp2", "gp3", "io1", "io2", "st1", "sc1", "ebs")
NODE_CLASSES = ("local-path", "hostpath", "standard")
"""Usual names of classes whose volumes are on the disk of one node; small clusters have them as default."""
BLOCK_CLASSES = (*EBS_TYPES, *NODE_CLASSES)
"""Usual names of classes whose volumes one node mounts at a time."""
EKS_CLASSES = ("gp3", "efs")
"""Those that a cluster of ours has."""
FILE_CLASSES = ("efs", "efs-sc", "nfs", "nfs-client", "azurefile")
"""Usual names of classes of network file systems, on which databases lose what they wrote."""
StorageClass = Annotated[
    str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$", max_length=63, examples=["fast"])
]
Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$", examples=["aegisai_db"])]


def _is_block(storage_class: str | None) -> bool:
    """By its name, also that of a class which somebody made: `my-gp3`."""
    return storage_class in BLOCK_CLASSES or bool({*re.split("[-.]", storage_class or "")} & {*EBS_TYPES})


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


class PostgresqlCpu(CpuShare):
    """CPU of the pod."""

    limit: CpuQuantity = "1000m"
    """Where the pod is slowed down."""


class InClusterPostgresql(DiskSettings):
    """PostgreSQL in one pod on a volume; while the pod moves to another node there is no database."""

    hosted: Literal["in_cluster"] = "in_cluster"
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
    cpu: PostgresqlCpu = PostgresqlCpu()

    @property
    def client_image(self) -> str:
        """Public name of the image whose tools are of the server's major."""
        return f"{POSTGRESQL_REPOSITORY}:{self.image_tag}"


class AuroraPostgresql(AuroraSettings):
    """Aurora PostgreSQL Serverless v2, with a reader in another zone if wanted."""

    hosted: Literal["aurora"]
    """Where PostgreSQL runs."""

    @property
    def client_image(self) -> str:
        """Public name of the image whose tools are of the server's major."""
        return f"{POSTGRESQL_REPOSITORY}:{POSTGRESQL_CLIENTS[int(self.engine_version.split('.')[0])]}"


class RedisMemory(MemoryShare):
    """Memory of the pod."""

    request: ByteQuantity = "256Mi"
    """What the pod is sure to have; the scheduler counts with it."""
    limit: ByteQuantity = "512Mi"
    """Where the pod is killed."""


class RedisCpu(CpuShare):
    """CPU of the pod."""

    request: CpuQuantity = "100m"
    """What the pod is sure to have; the scheduler counts with it."""


class InClusterRedis(DiskSettings):
    """Valkey, which speaks Redis, in one pod that writes every change to a volume."""

    hosted: Literal["in_cluster"] = "in_cluster"
    """Where Redis runs."""
    storage: ByteQuantity = "5Gi"
    """Size of the volume; it can be made larger later, never smaller."""
    image_tag: Annotated[
        str, Field(pattern=r"^[789]\.\d{1,2}\.\d{1,2}(-[a-z0-9.]+)?$", examples=[VALKEY_IN_CLUSTER])
    ] = VALKEY_IN_CLUSTER
    """Exact tag of the image `valkey/valkey`."""
    image_digest: Digest | None = None
    """Digest of the image, which then wins over what the tag points to."""
    memory: RedisMemory = RedisMemory()
    cpu: RedisCpu = RedisCpu()


class ElastiCacheRedis(ServerlessCache):
    """ElastiCache Serverless for Valkey, in every zone."""

    hosted: Literal["elasticache"]
    """Where Redis runs."""


def _hosted(store: Any) -> Any:
    """Where a store runs that a file writes about, or that is made already; in the cluster when nothing says it."""
    return store.get("hosted", "in_cluster") if isinstance(store, Mapping) else getattr(store, "hosted", None)


Postgresql = Annotated[
    Annotated[InClusterPostgresql, Tag("in_cluster")] | Annotated[AuroraPostgresql, Tag("aurora")],
    Discriminator(_hosted),
]
Redis = Annotated[
    Annotated[InClusterRedis, Tag("in_cluster")] | Annotated[ElastiCacheRedis, Tag("elasticache")],
    Discriminator(_hosted),
]


class SharedStorageSettings(Model):
    """The volume that all workers mount (ReadWriteMany): raw, processed and transcoded files."""

    _remedy: ClassVar[str] = "a class of a network file system such as efs"

    storage: ByteQuantity = "20Gi"
    """Size that is asked for; EFS grows by itself and does not hold anybody to it."""
    storage_class: StorageClass | None = None
    """Class of the volume, one that many nodes mount at once. Left out: efs on EKS, elsewhere the cluster's default
    class."""

    def refusals(self) -> Iterator[Refusal]:
        if _is_block(self.storage_class):
            message = (
                f"{self.storage_class} is block storage, which one node mounts at a time (ReadWriteOnce), and the "
                f"shared storage is ReadWriteMany; use {self._remedy}"
            )
            yield Refusal(message, "storage_class")


class ClusterSharedStorageSettings(SharedStorageSettings):
    """The volume that all workers mount: raw, processed and transcoded files."""

    _remedy: ClassVar[str] = (
        "a class of a network file system such as nfs, or access_mode: ReadWriteOnce, with all workers on one node"
    )

    storage: ByteQuantity = "20Gi"
    """Size that is asked for."""
    storage_class: StorageClass | None = None
    """Class of the volume, one that can do what `access_mode` says. Left out: the cluster's default class."""
    access_mode: Literal["ReadWriteMany", "ReadWriteOnce"] = "ReadWriteMany"
    """`ReadWriteMany`: workers run on any node. `ReadWriteOnce`: every class can do it, and all workers run on the one
    node that has the volume, which needs room for them. Create-only."""

    def refusals(self) -> Iterator[Refusal]:
        if self.access_mode == "ReadWriteMany":
            yield from super().refusals()
