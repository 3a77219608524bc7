"""How much of a thing there is: one reader per resource type, by the name that CloudFormation has for it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from commands.account.reading import Account
from commands.account.unanswered import NotThere
from commands.destroy_check.model import GB, Charge, Measured, gigabytes, size

Reader = Callable[[Account, str], Measured]
DAYS_OF_METRICS = 3
"""S3 writes its metrics once a day."""


def file_system(account: Account, identifier: str) -> Measured:
    """Standard and infrequent access apart."""
    [found] = account.each("efs", "describe_file_systems", "FileSystems", FileSystemId=identifier)
    bytes_ = found["SizeInBytes"]
    infrequent = gigabytes(bytes_.get("ValueInIA", 0) + bytes_.get("ValueInArchive", 0))
    standard = gigabytes(bytes_["Value"]) - infrequent
    charges = (Charge(price="files", amount=standard), Charge(price="files_infrequent", amount=infrequent))
    return Measured(charges, size(standard + infrequent))


def bucket(account: Account, identifier: str) -> Measured:
    """By CloudWatch's daily metric: the objects themselves are not listed."""
    account.read("s3", "head_bucket", Bucket=identifier)
    dimensions = {"BucketName": identifier, "StorageType": "StandardStorage"}
    newest = _newest(account, "AWS/S3", "BucketSizeBytes", dimensions, seconds=86400)
    if newest is None:
        return Measured((Charge(price="bucket"),), "CloudWatch has no size yet")
    return Measured((Charge(price="bucket", amount=newest / GB),), size(newest / GB))


def cluster(account: Account, identifier: str) -> Measured:
    """A last snapshot has the size of the volume."""
    account.read("rds", "describe_db_clusters", DBClusterIdentifier=identifier)
    newest = _newest(account, "AWS/RDS", "VolumeBytesUsed", {"DBClusterIdentifier": identifier}, seconds=3600)
    if newest is None:
        return Measured((Charge(price="aurora_backup"),), "CloudWatch has no size yet")
    return Measured((Charge(price="aurora_backup", amount=newest / GB),), size(newest / GB))


def snapshot(account: Account, identifier: str) -> Measured:
    """A cluster snapshot that exists."""
    [found] = account.each(
        "rds",
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots",
        DBClusterSnapshotIdentifier=identifier,
    )
    return of_snapshot(found)


def of_snapshot(found: dict[str, Any]) -> Measured:
    """RDS tells whole gigabytes."""
    amount = Decimal(found.get("AllocatedStorage", 0))
    return Measured((Charge(price="aurora_backup", amount=amount),), size(amount))


def log_group(account: Account, identifier: str) -> Measured:
    """The group of exactly this name."""
    for group in account.each("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=identifier):
        if group["logGroupName"] == identifier:
            stored = gigabytes(group.get("storedBytes", 0))
            return Measured((Charge(price="logs", amount=stored),), size(stored))
    raise NotThere(identifier)


def key(account: Account, identifier: str) -> Measured:
    """A key that is pending deletion costs nothing."""
    found = account.read("kms", "describe_key", KeyId=identifier)["KeyMetadata"]
    if found["KeyState"] == "PendingDeletion":
        return Measured((), f"pending deletion until {found['DeletionDate']:%Y-%m-%d}")
    return Measured((Charge(price="kms_key", amount=Decimal(1)),), found["KeyState"].lower())


def secret(account: Account, identifier: str) -> Measured:
    """With its replicas, each of which costs the same; one that is pending deletion costs nothing."""
    found = account.read("secretsmanager", "describe_secret", SecretId=identifier)
    replicas = [each["Region"] for each in found.get("ReplicationStatus", [])]
    text = f"replicas in {', '.join(replicas)}" if replicas else ""
    if "DeletedDate" in found:
        return Measured((), f"pending deletion since {found['DeletedDate']:%Y-%m-%d}")
    return Measured((Charge(price="secret", amount=Decimal(1 + len(replicas))),), text)


def user_pool(account: Account, identifier: str) -> Measured:
    """Costs by people who sign in: none after a teardown."""
    found = account.read("cognito-idp", "describe_user_pool", UserPoolId=identifier)["UserPool"]
    return Measured((), f"about {found.get('EstimatedNumberOfUsers', 0)} users")


def vault(account: Account, identifier: str) -> Measured:
    """The vault itself is free of charge."""
    found = account.read("backup", "describe_backup_vault", BackupVaultName=identifier)
    locked = ", locked" if found.get("Locked") else ""
    return Measured((), f"{found.get('NumberOfRecoveryPoints', 0)} recovery points{locked}")


def _newest(
    account: Account, namespace: str, metric: str, dimensions: dict[str, str], *, seconds: int
) -> Decimal | None:
    now = datetime.now(UTC)
    points = account.read(
        "cloudwatch",
        "get_metric_statistics",
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(days=DAYS_OF_METRICS),
        EndTime=now,
        Period=seconds,
        Statistics=["Average"],
    )["Datapoints"]
    if not points:
        return None
    return Decimal(str(max(points, key=lambda point: point["Timestamp"])["Average"]))


READERS: dict[str, Reader] = {
    "AWS::Backup::BackupVault": vault,
    "AWS::Cognito::UserPool": user_pool,
    "AWS::EFS::FileSystem": file_system,
    "AWS::KMS::Key": key,
    "AWS::Logs::LogGroup": log_group,
    "AWS::RDS::DBCluster": cluster,
    "AWS::S3::Bucket": bucket,
    "AWS::SecretsManager::Secret": secret,
    "cluster snapshot": snapshot,
}
"""Types that an account can tell the amount of."""
