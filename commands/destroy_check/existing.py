"""What is in the account of a deployed stack."""

import re
from collections import defaultdict
from collections.abc import Container
from dataclasses import replace
from decimal import Decimal
from typing import Any

from commands.destroy_check.asked import Account, NotThereError
from commands.destroy_check.deployed import Deployed
from commands.destroy_check.from_template import RECOVERY_POINTS, SNAPSHOTS, of_type
from commands.destroy_check.model import Charge, Left, gigabytes, size
from commands.destroy_check.readers import READERS, of_snapshot
from commands.preflight.unanswered import Unanswered

TAG = "pergola:deployment"
SNAPSHOT, VAULT = "cluster snapshot", "AWS::Backup::BackupVault"
IN_NAME = re.compile(r"\{([\w.]+)\}")
POINT_PRICES = {"Aurora": "aurora_backup", "EFS": "files_backup", "S3": "bucket_backup"}


def of_stack(account: Account, deployment: str, stack: Deployed, left: list[Left]) -> list[Left]:
    """What the template leaves, as the account has it: names, sizes, each snapshot; without what is not there.

    What could not be read stays as the template has it.
    """
    found: list[Left] = []
    for each in left:
        try:
            found += _of_one(account, deployment, stack, each)
        except NotThereError:
            continue
        except Unanswered as error:
            account.skip(each.name, error)
            found.append(each)
    return found


def _of_one(account: Account, deployment: str, stack: Deployed, left: Left) -> list[Left]:
    if left.kind == SNAPSHOTS:
        return snapshots(account, deployment)
    if left.kind == RECOVERY_POINTS:
        if left.name not in stack.identifiers:
            raise Unanswered("credentials of where they are")
        names = [
            stack.identifiers.get(address) or str(vault["BackupVaultName"])
            for address, vault in of_type(stack.template, VAULT)
        ]
        return [replace(each, why=left.why) for name in names for each in points(account, name)]
    named = _named(left, stack)
    return [measured(account, named)] if named else [left]


def snapshots(account: Account, deployment: str, clusters: Container[str] = ()) -> list[Left]:
    """Cluster snapshots with the deployment's tag or name, and those of the `clusters`."""
    answer = account.ask("rds", "describe_db_cluster_snapshots", SnapshotType="manual")
    return [
        _left_snapshot(each, deployment)
        for each in answer["DBClusterSnapshots"]
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
    answer = account.ask("backup", "list_recovery_points_by_backup_vault", BackupVaultName=vault)
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for point in answer["RecoveryPoints"]:
        by_type[point.get("ResourceType", "?")].append(point)
    return [_left_points(vault, kind, found) for kind, found in sorted(by_type.items())]


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
    """With the account's name in place of addresses; nothing for what is no single thing."""
    if left.kind not in READERS:
        return None
    if left.name in stack.identifiers:
        return replace(left, identifier=stack.identifiers[left.name])
    if not (addresses := IN_NAME.findall(left.name)):
        return None
    name = left.name
    for address in addresses:
        name = name.replace(f"{{{address}}}", stack.identifiers[address].rpartition("/")[2])
    return replace(left, name=name, identifier=name)


def measured(account: Account, left: Left) -> Left:
    """With its size, where we have a reader for it."""
    if left.kind not in READERS:
        return left
    found = READERS[left.kind](account, left.identifier)
    return replace(left, charges=found.charges, size=found.size)


def tags_of(tags: list[dict[str, str]]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in tags}
