"""`Custom::ClusterSnapshot`: a snapshot of the database cluster before a changed image migrates it.

- Create takes none: the database is new, or restored from a recovery point that is a copy itself.
- Update takes one when `Image` changed, and waits until it can be restored.
- So does a roll-back. CloudFormation sends it as an Update to the old image and nothing tells it from a
  wanted change; and once the snapshot before is restored, the one taken here is the only copy of what users
  wrote on the newer schema.
- Delete keeps all of them: a snapshot that goes with the stack protects from nothing. The tag finds them.
"""

import re
from typing import Any

from answer import Answer, Refused, Request, answers
from botocore.exceptions import WaiterError
from patience import patient_client

NONE = "none"
POLL_SECONDS = 15
SECONDS_KEPT = 30.0
MAXIMUM_IDENTIFIER = 63


@answers
def handler(request: Request) -> Answer:
    """Take the snapshot if the image changed; `SnapshotIdentifier` names it."""
    properties = request.properties
    cluster, image = properties.text("ClusterIdentifier"), properties.text("Image")
    deployment = properties.text("Deployment")
    physical_resource_id = f"{deployment}-snapshots"
    if request.request_type == "Create" or request.old_properties.values.get("Image") == image:
        return Answer(physical_resource_id=physical_resource_id, data={"SnapshotIdentifier": NONE})
    snapshot = snapshot_identifier(deployment=deployment, image=image, request_id=request.request_id)
    rds = patient_client("rds", seconds_left=lambda: request.seconds_left() - SECONDS_KEPT)
    _create(rds, cluster=cluster, snapshot=snapshot, deployment=deployment, image=image)
    _wait(rds, snapshot=snapshot, seconds=request.seconds_left() - SECONDS_KEPT)
    return Answer(physical_resource_id=physical_resource_id, data={"SnapshotIdentifier": snapshot})


def snapshot_identifier(*, deployment: str, image: str, request_id: str) -> str:
    """Name the snapshot by image and request, so that a repeated request finds the one it began."""
    name, _, digest = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    tag = tag if colon else digest.rpartition(":")[2][:12]
    request = re.sub(r"[^a-z0-9]", "", request_id.lower())[-8:]
    room = MAXIMUM_IDENTIFIER - len(f"{deployment}-before--{request}")
    if room < 1:
        raise Refused(
            f"property Deployment is too long for a snapshot's name, got {deployment[:80]!r}; "
            f"take at most 45 characters"
        )
    cleaned = re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-")[:room].strip("-") or "x"
    return f"{deployment}-before-{cleaned}-{request}"


def _create(rds: Any, *, cluster: str, snapshot: str, deployment: str, image: str) -> None:
    try:
        rds.create_db_cluster_snapshot(
            DBClusterIdentifier=cluster,
            DBClusterSnapshotIdentifier=snapshot,
            Tags=[
                {"Key": "pergola:deployment", "Value": deployment},
                {"Key": "pergola:before-image", "Value": re.sub(r"[^\w .:/=+@-]", "-", image)[:256]},
            ],
        )
    except rds.exceptions.DBClusterSnapshotAlreadyExistsFault:
        # Lambda repeats an event whose first run it lost; that run's snapshot is the one to wait for.
        return
    except rds.exceptions.SnapshotQuotaExceededFault:
        raise Refused(
            f"snapshot {snapshot} would exceed the account's quota of manual cluster snapshots; "
            f"delete old ones with the tag pergola:deployment={deployment} or raise the quota"
        ) from None
    except rds.exceptions.InvalidDBClusterStateFault:
        raise Refused(
            f"cluster {cluster} takes no snapshot in its present state; "
            f"wait until it is available and deploy again"
        ) from None


def _wait(rds: Any, *, snapshot: str, seconds: float) -> None:
    try:
        rds.get_waiter("db_cluster_snapshot_available").wait(
            DBClusterSnapshotIdentifier=snapshot,
            WaiterConfig={"Delay": POLL_SECONDS, "MaxAttempts": max(1, int(seconds / POLL_SECONDS))},
        )
    except WaiterError as error:
        raise Refused(
            f"snapshot {snapshot} is not available after {int(seconds)} s ({error.kwargs['reason']}); "
            f"the image was not changed: look at the snapshot in the RDS console, then deploy again"
        ) from error
