"""What a deployment keeps: each method adds one store and returns it."""

from collections.abc import Sequence

from aws_cdk import NestedStack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.data.aurora_cluster import AuroraCluster
from constructs.data.cache import Cache
from constructs.data.database import Database
from constructs.data.encrypted_bucket import EncryptedBucket
from constructs.data.shared_files import SharedFiles
from constructs.security.deployment_key import DeploymentKey
from settings.cache import ServerlessCache
from settings.database import AuroraSettings
from settings.files import FileSettings

SERVICES = ("backup", "elasticache", "elasticfilesystem", "rds", "s3", "secretsmanager")
CACHE_SNAPSHOT_DAYS = 1


class Storage(NestedStack):
    """`key` encrypts everything here: who may use a store may use the key through the store's service."""

    key: kms.IKey

    def __init__(self, scope: Construct, construct_id: str, *, keep_data: bool) -> None:
        """`keep_data: False`: all goes with the stack; else the cache goes, and a cluster leaves a snapshot."""
        super().__init__(scope, construct_id, description="File system, database, cache and buckets")
        self._keep_data = keep_data
        self.key = DeploymentKey(
            self,
            "Key",
            description="Files, database, cache, uploads, backups and their secrets",
            keep_data=keep_data,
            via=SERVICES,
            logs_access=True,
        ).key

    def add_file_system(
        self,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        settings: FileSettings,
        path: str | None = None,
        restored_file_system_id: str | None = None,
        restored_directory: str | None = None,
    ) -> SharedFiles:
        """A shared file system, or the one that AWS Backup restored.

        `path`: of the one application whose tasks mount it, through an access point. Left out: mounts make their own.
        `restored_directory`: AWS Backup restores into a new directory, `aws-backup-restore_…`, of a new file system
        too. Left out: the files were moved to where they had been.
        """
        return SharedFiles(
            self,
            construct_id,
            vpc=vpc,
            security_group=security_group,
            key=self.key,
            keep_data=self._keep_data,
            throughput=settings.throughput,
            provisioned_mibps=settings.provisioned_mibps,
            infrequent_access_after_days=settings.infrequent_access_after_days,
            path=path if path is None or restored_directory is None else f"/{restored_directory}{path}",
            restored_file_system_id=restored_file_system_id,
        )

    def add_database(
        self,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        settings: AuroraSettings,
        database_name: str,
        snapshot_arn: str | None = None,
        log_retention_days: float = 30,
        secret_name: str | None = None,
        extensions: Sequence[str] = ("vector",),
    ) -> Database:
        """An Aurora cluster with one database.

        `snapshot_arn` counts when the cluster is made and must stay. `log_retention_days` may be a token.
        `extensions`: of PostgreSQL; left out: pgvector.
        `secret_name`: of the secret with its address and password, where something finds it by name alone.
        """
        aurora = AuroraCluster(
            self,
            f"{construct_id}Cluster",
            vpc=vpc,
            security_group=security_group,
            key=self.key,
            keep_data=self._keep_data,
            engine_version=settings.engine_version,
            min_capacity=settings.min_capacity,
            max_capacity=settings.max_capacity,
            pause_after_seconds=settings.pause_after_seconds,
            reader=settings.reader,
            backup_retention_days=settings.backup_retention_days,
            deletion_protection=settings.deletion_protection,
            log_retention_days=log_retention_days,
            snapshot_arn=snapshot_arn,
        )
        return Database(
            self,
            construct_id,
            aurora=aurora,
            key=self.key,
            name=database_name,
            extensions=list(extensions),
            keep_data=self._keep_data,
            secret_name=secret_name,
        )

    def add_cache(
        self,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        settings: ServerlessCache,
        secret_name: str | None = None,
    ) -> Cache:
        """A cache for more than one task; `secret_name` as for a database."""
        return Cache(
            self,
            construct_id,
            vpc=vpc,
            security_group=security_group,
            key=self.key,
            engine_version=settings.engine_version,
            max_data_gb=settings.max_data_gb,
            max_ecpu_per_second=settings.max_ecpu_per_second,
            snapshot_days=CACHE_SNAPSHOT_DAYS if self._keep_data else 0,
            secret_name=secret_name,
        )

    def add_bucket(
        self, construct_id: str, *, infrequent_access_after_days: int | None, noncurrent_version_days: int
    ) -> s3.Bucket:
        """A bucket, such as for uploads."""
        return EncryptedBucket(
            self,
            construct_id,
            key=self.key,
            keep_data=self._keep_data,
            infrequent_access_after_days=infrequent_access_after_days,
            noncurrent_version_days=noncurrent_version_days,
        ).bucket
