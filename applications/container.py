"""A container as plain data: what ECS and Kubernetes both need to know of it."""

from dataclasses import dataclass

from applications.environment import Environment

TMP = "/tmp"  # noqa: S108 (a volume of the task's own, not a folder shared with others)
"""Where a container keeps what may go with it."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A writable folder. `volume`: its name in the task or pod; a name that nothing provides is an empty folder."""

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """A command that fails while the container is of no use. `start_seconds`: failures before that do not count."""

    command: tuple[str, ...]
    interval_seconds: int = 30
    timeout_seconds: int = 10
    retries: int = 3
    start_seconds: int = 120


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container with a read-only root file system and no capabilities.

    command: left out, the image's own. user: left out, the image's own.
    before_seconds: left out, it runs as long as the task; given, it has so long to end with success, and the
    containers after it wait for that.
    """

    name: str
    image: str
    environment: Environment
    mounts: tuple[Mount, ...] = ()
    command: tuple[str, ...] | None = None
    entry_point: tuple[str, ...] | None = None
    user: str | None = None
    port: int | None = None
    health: HealthCheck | None = None
    stop_timeout_seconds: int = 30
    before_seconds: int | None = None
