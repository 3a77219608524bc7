"""What is in the account of a deployed stack."""

import re
from collections import defaultdict
from collections.abc import Container
from dataclasses import replace
from decimal import Decimal
from typing import Any

from commands.account.deployed import Deployed
from commands.account.reading import Account
from commands.account.unanswered import NotThere, Unanswered
from commands.destroy_check.from_template import RECOVERY_POINTS, SNAPSHOTS
from commands.destroy_check.model import Charge, Left, Unread, gigabytes, size
from commands.destroy_check.readers import READERS, of_snapshot

TAG = "pergola:deployment"
SNAPSHOT, VAULT = "cluster snapshot", "AWS::Backup::BackupVault"
ADDRESS = re.compile(r"[A-Za-z0-9.]+")
IN_NAME = re.compile(r"\{([\w.]+)\}")
POINT_PRICES = {"Aurora": "aurora_backup", "EFS": "files_backup", "S3": "bucket_backup"}


def of_stack(
    account: Account, deployment: str, stack: Deployed, left: list[Left], unread: Unread
) -> list[Left]:
    """What the template leaves, as the account has it: names, sizes, each snapshot; without what is not there.

    What could not be read stays as the template has it.
    """
    found: list[Left] = []
    for each in left:
        try:
            found += _of_one(account, deployment, stack, each)
        except NotThere:
            continue
        except Unanswered as error:
            unread.add(each.name, error)
            found.append(each)
    return found


def _of_one(account: Account, deployment: str, stack: Deployed, left: Left) -> list[Left]:
    if left.kind == SNAPSHOTS:
        return snapshots(account, deployment)
    if left.kind == RECOVERY_POINTS:
        if not ADDRESS.fullmatch(left.name):
            raise Unanswered("credentials of where they are")
        names = [each.physical_id for each in stack.resources.values() if each.kind == VAULT]
        return [replace(each, why=left.why) for name in names for each in points(account, name)]
    named = _named(left, stack)
    return [measured(account, named)] if named else [left]


def snapshots(account: Account, deployment: str, clusters: Container[str] = ()) -> list[Left]:
    """Cluster snapshots with the deployment's tag or name, and those of the `clusters`."""
    found = account.each("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", SnapshotType="manual")
    return [
        _left_snapshot(each, deployment)
        for each in found
        if tags_of(each.get("TagList", [])).get(TAG) == deployment
        or each["DBClusterSnapshotIdentifier"].startswith(f"{deployment}-before-")
        or each["DBClusterIdentifier"] in clusters
    ]


def _left_snapshot(found: dict[str, Any], deployment: str) -> Left:
    name, amount = found["DBClusterSnapshotIdentifier"], of_snapshot(found)
    upgrade = name.startswith(f"{deployment}-before-")
    return Left(
        name=name,
        kind=SNAPSHOT,
        why="taken before an upgrade" if upgrade else "kept until somebody deletes it",
        charges=amount.charges,
        identifier=name,
        size=amount.size,
    )


def points(account: Account, vault: str) -> list[Left]:
    """The recovery points of a vault, one entry per type of resource."""
    found = account.each(
        "backup", "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=vault
    )
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for point in found:
        by_type[point.get("ResourceType", "?")].append(point)
    return [_left_points(vault, kind, those) for kind, those in sorted(by_type.items())]


def _left_points(vault: str, kind: str, found: list[dict[str, Any]]) -> Left:
    amount = sum((gigabytes(point.get("BackupSizeInBytes", 0)) for point in found), Decimal(0))
    ends = [point.get("CalculatedLifecycle", {}).get("DeleteAt") for point in found]
    last = "for ever" if None in ends else f"the last until {max(filter(None, ends)):%Y-%m-%d}"
    price = POINT_PRICES.get(kind)
    return Left(
        name=f"{len(found)} × {kind} in {vault}",
        kind=RECOVERY_POINTS,
        why="its stack is gone",
        charges=(Charge(price=price, amount=amount),) if price else (),
        identifier=vault,
        size=f"{size(amount)}, {last}",
    )


def _named(left: Left, stack: Deployed) -> Left | None:
    """With the account's name in place of addresses; nothing for what is no single thing.

    Raises:
        NotThere: The stack did not make it.
    """
    if left.kind not in READERS:
        return None
    if ADDRESS.fullmatch(left.name):
        return replace(left, identifier=_made(stack, left.name))
    if not (addresses := IN_NAME.findall(left.name)):
        return None
    name = left.name
    for address in addresses:
        name = name.replace(f"{{{address}}}", _made(stack, address).rpartition("/")[2])
    return replace(left, name=name, identifier=name)


def _made(stack: Deployed, address: str) -> str:
    made = stack.physical_id(address)
    if made is None:
        raise NotThere(f"{address} was not made")
    return made


def measured(account: Account, left: Left) -> Left:
    """With its size, where we have a reader for it."""
    if left.kind not in READERS:
        return left
    found = READERS[left.kind](account, left.identifier)
    return replace(left, charges=found.charges, size=found.size)


def tags_of(tags: list[dict[str, str]]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in tags}
