"""The Redis-compatible cache that tasks share."""

from typing import Annotated

from pydantic import Field

from settings.model import Model
from settings.versions import VALKEY


class ServerlessCache(Model):
    """ElastiCache Serverless for Valkey."""

    engine_version: Annotated[str, Field(pattern=r"^[789]$", examples=["8"])] = VALKEY
    """Major version of Valkey; ElastiCache Serverless keeps the minor up to date."""
    max_data_gb: Annotated[int, Field(ge=1, le=5000)] = 1
    """Most data kept, in GB; what is over it is evicted."""
    max_ecpu_per_second: Annotated[int, Field(ge=1000, le=15_000_000)] = 5000
    """Most ElastiCache processing units per second; a ceiling for cost."""


class _Wanted(Model):
    enabled: bool | None = None
    """Left out: made when `tasks.max_tasks` is more than 1. Without it a sign-out revokes nothing until the
    session expires."""


class CacheSettings(ServerlessCache, _Wanted):  # in this order `enabled` is the section's first setting
    """ElastiCache Serverless for Valkey: WebSocket events between tasks, revoked sessions."""
