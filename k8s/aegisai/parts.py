"""What AegisAI consists of, named once: every other module asks here who is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from applications import aegisai
from k8s.component import Component, Installation, Port
from k8s.container import Resources
from settings.aegisai import POSTGRESQL_PORT, REDIS_PORT, AegisAIDeployment
from settings.services import CpuShare, MemoryShare

HTTP = "http"
BACKUP = "postgres-backup"
RESTORE = "postgres-restore"
SNAPSHOTS = "volume-snapshots"
CONFIGURATION = "app-config"
SECRETS = "app-secrets"
SHARED_STORAGE = "shared-storage"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything of one deployment that has pods; None: it is not in the cluster."""

    installation: Installation
    services: Mapping[str, Component]
    postgresql: Component | None
    redis: Component | None
    jobs: tuple[Component, ...]
    """Backup and restore of the database; none: they are not wanted."""
    snapshots: Component | None
    """The job that takes snapshots of the volumes of what is in the cluster."""

    @property
    def all(self) -> tuple[Component, ...]:
        """Every component with pods."""
        stores = [each for each in (self.postgresql, self.redis) if each is not None]
        snapshots = [] if self.snapshots is None else [self.snapshots]
        return (*self.services.values(), *stores, *self.jobs, *snapshots)

    def alone(self, name: str, *, role: str) -> Component:
        """What has no pods of its own, such as configuration."""
        return self.installation.component(name, role=role)


def resources(cpu: CpuShare, memory: MemoryShare) -> Resources:
    """What the settings say that a container asks for and may have."""
    return Resources(cpu=cpu.request, cpu_limit=cpu.limit, memory=memory.request, memory_limit=memory.limit)


def parts_of(settings: AegisAIDeployment) -> Parts:
    """The parts that the settings ask for."""
    installation = Installation(
        system=settings.system, deployment=settings.name, namespace=settings.namespace
    )
    services = {
        name: installation.component(
            name,
            role=one.role,
            ports=(Port(name=HTTP, number=one.port),),
            version=one.image.tag or settings.images.tag,
        )
        for name, one in settings.enabled_services.items()
    }
    postgresql = installation.component(
        aegisai.POSTGRESQL, role="database", ports=(Port(name="postgresql", number=POSTGRESQL_PORT),)
    )
    redis = installation.component(
        aegisai.REDIS, role="cache", ports=(Port(name="redis", number=REDIS_PORT),)
    )
    jobs = [installation.component(name, role="backup") for name in (BACKUP, RESTORE)]
    in_cluster = {settings.postgresql.hosted, settings.redis.hosted} & {"in_cluster"}
    taken = bool(in_cluster) and settings.volume_snapshots is not None
    return Parts(
        installation=installation,
        services=services,
        postgresql=postgresql if settings.postgresql.hosted == "in_cluster" else None,
        redis=redis if settings.redis.hosted == "in_cluster" else None,
        jobs=tuple(jobs) if settings.backup_job.enabled else (),
        snapshots=installation.component(SNAPSHOTS, role="backup") if taken else None,
    )
