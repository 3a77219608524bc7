"""Files of the application: a shared file system, and a bucket for uploads if wanted."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from settings.model import Model, Refusal


class FileSettings(Model):
    """Amazon EFS, encrypted, one access point, one mount target per zone."""

    uploads: Literal["efs", "s3"] = "efs"
    """Where uploaded files are kept: on the file system, or in a bucket of their own."""
    throughput: Literal["bursting", "elastic", "provisioned"] = "elastic"
    """EFS throughput mode."""
    provisioned_mibps: Annotated[int, Field(ge=1, le=3414)] | None = None
    """MiB/s to pay for, with `throughput: provisioned` only."""
    infrequent_access_after_days: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] | None = 30
    """Days without access until a file moves to cheaper storage. `null`: never."""
    upload_infrequent_access_after_days: Annotated[int, Field(ge=30, le=3650)] | None = 90
    """Days until uploads in the bucket move to Standard-IA, with `uploads: s3`. `null`: never."""
    noncurrent_version_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days that overwritten or deleted uploads can be brought back, with `uploads: s3`."""

    def refusals(self) -> Iterator[Refusal]:
        if self.throughput == "provisioned" and self.provisioned_mibps is None:
            message = (
                "throughput is provisioned and provisioned_mibps is missing; give the MiB/s, or use elastic"
            )
            yield Refusal(message, "provisioned_mibps", "throughput")
        if self.throughput != "provisioned" and self.provisioned_mibps is not None:
            message = (
                f"provisioned_mibps is {self.provisioned_mibps} and throughput {self.throughput}; "
                "remove it, or use throughput: provisioned"
            )
            yield Refusal(message, "provisioned_mibps", "throughput")
