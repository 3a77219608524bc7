"""Aurora PostgreSQL Serverless v2."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.model import Model, Refusal
from settings.versions import AURORA_POSTGRESQL

PAUSES_FROM = {15: 7, 16: 3}
"""First minor of each major that takes 0 capacity units (Aurora user guide, "Scaling to zero"); later majors
all do."""

CERTIFICATES = Path(__file__).parents[1] / "assets" / "certificates" / "rds"
CERTIFIED_REGIONS = frozenset(path.stem for path in CERTIFICATES.glob("*.pem"))
"""Regions whose certificate authority we have, so that tasks can verify the database."""


def _half_units(value: float) -> float:
    if value * 2 != int(value * 2):
        raise ValueError(f"{value:g} is not a multiple of 0.5; Aurora sells capacity in half units")
    return value


Capacity = Annotated[float, AfterValidator(_half_units)]


class AuroraSettings(Model):
    """One cluster with a writer and, if wanted, a reader in another zone."""

    engine_version: Annotated[str, Field(pattern=r"^1[5-8]\.\d{1,2}$", examples=[AURORA_POSTGRESQL])] = (
        AURORA_POSTGRESQL
    )
    """Aurora PostgreSQL version, as `major.minor`, in quotes. The major is create-only for now."""
    min_capacity: Annotated[Capacity, Field(ge=0, le=256)] = 0.5
    """Least Aurora capacity units; 0 lets the cluster pause when nothing is connected."""
    max_capacity: Annotated[Capacity, Field(ge=1, le=256)] = 4
    """Most Aurora capacity units."""
    pause_after_seconds: Annotated[int, Field(ge=300, le=86_400)] = 300
    """Idle seconds until the cluster pauses; read only with `min_capacity: 0`."""
    reader: bool = False
    """A second instance in another zone, which takes over when the writer fails."""
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 7
    """Days that point-in-time restore reaches back (beside AWS Backup)."""
    deletion_protection: bool = True
    """Refuse deletion of the cluster until it is switched off."""

    def refusals(self) -> Iterator[Refusal]:
        if self.min_capacity > self.max_capacity:
            message = (
                f"min_capacity {self.min_capacity:g} exceeds max_capacity {self.max_capacity:g}; "
                "lower the one or raise the other"
            )
            yield Refusal(message, "min_capacity", "max_capacity")
        major, minor = (int(part) for part in self.engine_version.split("."))
        first = PAUSES_FROM.get(major, 0)
        if self.min_capacity == 0 and minor < first:
            message = (
                f"engine_version {self.engine_version} does not take min_capacity 0; "
                f"use {major}.{first} or later, or min_capacity: 0.5"
            )
            yield Refusal(message, "engine_version", "min_capacity")


class DatabaseSettings(AuroraSettings):
    """One cluster with a writer and, if wanted, a reader in another zone; its application runs as tasks."""

    rotation_days: Annotated[int, Field(ge=7, le=365)] | None = None
    """Change the application's password every so many days and restart its tasks, an outage of two to three minutes.
    Left out: by hand, see the runbook."""


def uncertified(region: str | None) -> Iterator[Refusal]:
    """A region whose databases could not be trusted; fields relative to the deployment."""
    if region is not None and region not in CERTIFIED_REGIONS:
        message = (
            f"{region} has no certificate authority of Amazon RDS in assets/certificates/rds, "
            "and the database could not be trusted; add it there, or use one of "
            f"{', '.join(sorted(CERTIFIED_REGIONS))}"
        )
        yield Refusal(message, "region")
