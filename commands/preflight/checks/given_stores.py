"""Vaults, snapshots, file systems and images that the file names and somebody else made."""

import re
from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok, unchecked, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check
from settings.text import account_of, region_of

VAULT = re.compile(r"^arn:[\w-]+:backup:[a-z0-9-]+:\d{12}:backup-vault:([\w-]+)$")
SNAPSHOT = re.compile(r"^arn:[\w-]+:rds:[a-z0-9-]+:\d{12}:cluster-snapshot:.+$")
FILE_SYSTEM = re.compile(r"^fs-[0-9a-f]+$")
IMAGE = re.compile(r"^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[\w.]+/([^:@]+)(?::([^@]+))?(?:@(sha256:\w+))?$")


def vaults(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each vault that copies go to is there."""
    own = {needs.text(each.get("BackupVaultName")) for _, each in needs.of("AWS::Backup::BackupVault")}
    for arn in sorted(text for text in needs.texts if VAULT.match(text)):
        vault, region = arn.rpartition(":")[2], region_of(arn)
        name = f"vault {vault} in {region}"
        if vault in own and region == account.region:
            continue
        if account_of(arn) != account.id:
            yield unchecked(name, f"is of account {account_of(arn)}", "look there with its credentials")
            continue
        listed = account.each("backup", "list_backup_vaults", "BackupVaultList", region=region)
        if any(each["BackupVaultName"] == vault for each in listed):
            yield ok(name, "is there")
        else:
            remedy = "deploy the standby first, and give its output BackupVaultArn in backup.copy_vault_arn"
            yield failed(name, "is not there, and copies of recovery points would fail", remedy)


def snapshots(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each snapshot that a database starts from is complete, and of the engine's major."""
    for address, cluster in needs.of("AWS::RDS::DBCluster"):
        arn = needs.text(cluster.get("SnapshotIdentifier"))
        if arn is None or not SNAPSHOT.match(arn):
            continue
        name = f"snapshot {arn.split(':cluster-snapshot:')[1]}"
        if needs.exists(address):
            yield ok(name, "the database was made from it and needs it no more")
            continue
        found = account.each(
            "rds",
            "describe_db_cluster_snapshots",
            "DBClusterSnapshots",
            missing=("DBClusterSnapshotNotFoundFault",),
            DBClusterSnapshotIdentifier=arn,
            IncludeShared=True,
        )
        yield _restorable(needs, name, cluster, found[0] if found else None)


def _restorable(needs: Needs, name: str, cluster: dict[str, Any], snapshot: dict[str, Any] | None) -> Finding:
    remedy = "name one that `aws rds describe-db-cluster-snapshots` prints as available"
    if snapshot is None:
        return failed(name, f"is not in {needs.region}", remedy)
    if snapshot["Status"] != "available":
        return failed(name, f"is {snapshot['Status']}", remedy)
    wanted, has = needs.text(cluster.get("EngineVersion")) or "", snapshot.get("EngineVersion", "")
    if wanted.partition(".")[0] != has.partition(".")[0]:
        return failed(
            name,
            f"is of {has}, and the database is to be {wanted}",
            "set database.engine_version to its major",
        )
    return ok(name, f"is available, of {has}")


def file_systems(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each file system is there, and no mount target of another VPC is in the way."""
    for file_system in sorted(text for text in needs.texts if FILE_SYSTEM.match(text)):
        name = f"file system {file_system}"
        missing = ("FileSystemNotFound",)
        found = account.each(
            "efs", "describe_file_systems", "FileSystems", missing=missing, FileSystemId=file_system
        )
        if not found:
            yield failed(name, f"is not in {account.region}", "name the one that AWS Backup restored")
            continue
        targets = account.each("efs", "describe_mount_targets", "MountTargets", FileSystemId=file_system)
        others = [
            each["MountTargetId"]
            for each in targets
            if each["MountTargetId"] not in needs.own("AWS::EFS::MountTarget")
        ]
        if others:
            remedy = f"delete them: aws efs delete-mount-target --mount-target-id {others[0]}"
            yield failed(
                name, f"has mount targets that are not this deployment's: {', '.join(others)}", remedy
            )
        elif not found[0].get("Encrypted", True):
            yield warning(name, "is not encrypted", "restore it with encryption")
        else:
            yield ok(name, f"is {found[0]['LifeCycleState']}")


def images(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each image of a private registry of Amazon ECR is there."""
    for image in sorted(text for text in needs.texts if IMAGE.match(text)):
        registry, region, repository, tag, digest = IMAGE.match(image).groups()  # type: ignore[union-attr] # matched
        chosen = {"imageDigest": digest} if digest else {"imageTag": tag or "latest"}
        found = account.each(
            "ecr",
            "describe_images",
            "imageDetails",
            region=region,
            missing=("ImageNotFoundException", "RepositoryNotFoundException"),
            registryId=registry,
            repositoryName=repository,
            imageIds=[chosen],
        )
        name = f"image {repository}:{tag or 'latest'}"
        if found:
            yield ok(name, f"is in {registry} in {region}")
        else:
            yield failed(
                name, f"is not in {registry} in {region}", "push it there, or correct application.registry"
            )


CHECKS = (
    Check("given vaults", vaults),
    Check("given snapshot", snapshots),
    Check("given file system", file_systems),
    Check("mirrored images", images),
)
