"""`Custom::ClusterSnapshot`: a snapshot of the database cluster before a changed image migrates it.

- Create takes none: the database is new, or restored from a recovery point that is a copy itself.
- Update takes one when `Image` changed, and waits until it can be restored. What was begun for that image within
  the last hour counts: a second attempt after a wait that was too short goes on with the first one's snapshot.
- So does a roll-back. CloudFormation sends it as an Update to the old image and nothing tells it from a
  wanted change; and once the snapshot before is restored, the one taken here is the only copy of what users
  wrote on the newer schema.
- Delete keeps all of them: a snapshot that goes with the stack protects from nothing. The tag finds them.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from answer import Answer, Refused, Request, answers
from botocore.exceptions import WaiterError
from patience import patient_client

NONE = "none"
POLL_SECONDS = 15
SECONDS_KEPT = 30.0
MAXIMUM_IDENTIFIER = 63
NO_TIME, FRESH = timedelta(0), timedelta(hours=1)


@answers()
def handler(request: Request) -> Answer:
    """Take the snapshot if the image changed; `SnapshotIdentifier` names it."""
    properties = request.properties
    cluster, image = properties.text("ClusterIdentifier"), properties.text("Image")
    deployment = properties.text("Deployment")
    physical_resource_id = f"{deployment}-snapshots"
    if request.request_type == "Create" or request.old_properties.values.get("Image") == image:
        return Answer(physical_resource_id=physical_resource_id, data={"SnapshotIdentifier": NONE})
    rds, now = (
        patient_client("rds", seconds_left=lambda: request.seconds_left() - SECONDS_KEPT),
        datetime.now(UTC),
    )
    names = [
        snapshot_identifier(deployment=deployment, image=image, hour=now - age) for age in (NO_TIME, FRESH)
    ]
    snapshot = next((name for name in names if _is_begun(rds, snapshot=name, now=now)), None)
    if snapshot is None:
        snapshot = names[0]
        _create(rds, cluster=cluster, snapshot=snapshot, deployment=deployment, image=image)
    _wait(rds, snapshot=snapshot, seconds=request.seconds_left() - SECONDS_KEPT)
    return Answer(physical_resource_id=physical_resource_id, data={"SnapshotIdentifier": snapshot})


def snapshot_identifier(*, deployment: str, image: str, hour: datetime) -> str:
    """Name the snapshot by image and hour, so that a second attempt finds it without a list of all snapshots."""
    name, _, digest = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    tag = tag if colon else digest.rpartition(":")[2][:12]
    suffix = f"{hour:%y%m%d%H}-{hashlib.sha256(image.encode()).hexdigest()[:4]}"
    room = MAXIMUM_IDENTIFIER - len(f"{deployment}-before--{suffix}")
    if room < 1:
        raise Refused(
            f"property Deployment is too long for a snapshot's name, got {deployment[:80]!r}; "
            f"take at most 40 characters"
        )
    cleaned = re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-")[:room].strip("-") or "x"
    return f"{deployment}-before-{cleaned}-{suffix}"


def _is_begun(rds: Any, *, snapshot: str, now: datetime) -> bool:
    try:
        [found] = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)[
            "DBClusterSnapshots"
        ]
    except rds.exceptions.DBClusterSnapshotNotFoundFault:
        return False
    if found["Status"] == "available":
        return bool(found["SnapshotCreateTime"] > now - FRESH)
    return bool(found["Status"] == "creating")


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
        # Lambda repeats an event whose first run it lost, perhaps while that run still creates.
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
            f"the image was not changed: look at the snapshot in the RDS console, delete it if it failed, "
            f"then deploy again"
        ) from error
