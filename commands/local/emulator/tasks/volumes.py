"""Volumes of a task as folders: its own, and those of file systems, which all tasks share."""

import os
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from commands.local.emulator.own_client import own_client
from commands.local.emulator.tasks import isolation
from commands.local.emulator.tasks.failures import StartError, resource_initialization

FILE_SYSTEMS = "file-systems"
EVERYBODY = 0o777
EFS = "efsVolumeConfiguration"


def folders(definition: dict[str, Any], *, state: Path, task: Path) -> dict[str, Path]:
    """Volume → folder, made where it does not exist. `task`: the task's own folder. Raises `StartError`."""
    found = {}
    for volume in definition.get("volumes") or []:
        shared = volume.get(EFS)
        folder = _shared(shared, state / FILE_SYSTEMS) if shared else task / "volumes" / volume["name"]
        folder.mkdir(parents=True, exist_ok=True)
        found[volume["name"]] = folder
    return found


def _shared(volume: dict[str, Any], file_systems: Path) -> Path:
    point = (volume.get("authorizationConfig") or {}).get("accessPointId")
    api = own_client("efs")
    try:
        api.describe_file_systems(FileSystemId=volume["fileSystemId"])
        points = api.describe_access_points(AccessPointId=point)["AccessPoints"] if point else []
    except ClientError as error:
        raise _refused(error.response["Error"]["Message"]) from None
    if point and not points:
        raise _refused(f"access point {point} does not exist")
    point_root = points[0].get("RootDirectory") or {} if points else {}
    path = point_root.get("Path") or volume.get("rootDirectory") or "/"
    folder = file_systems / str(volume["fileSystemId"]) / path.lstrip("/")
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return folder  # another task has made it, now or before
    if points and points[0].get("PosixUser"):
        # Whoever comes through such an access point works as its user, so nobody is refused; where we are not root,
        # all containers are ours.
        if isolation.is_root():
            folder.chmod(EVERYBODY)
    elif owner := point_root.get("CreationInfo"):
        _give(folder, owner)
    return folder


def _give(folder: Path, owner: dict[str, Any]) -> None:
    folder.chmod(int(owner["Permissions"], 8))
    if isolation.is_root():
        os.chown(folder, int(owner["OwnerUid"]), int(owner["OwnerGid"]))


def _refused(why: str) -> StartError:
    return resource_initialization(
        f"failed to invoke EFS utils commands to set up EFS volumes: stderr: {why} : unsuccessful EFS utils "
        "command execution; code: 1"
    )
