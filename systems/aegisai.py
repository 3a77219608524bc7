"""AegisAI on Amazon EKS (docs/aegisai.md): the nested stacks, and how they are wired."""

from dataclasses import dataclass

from aws_cdk import NestedStack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from applications import aegisai
from applications.aegisai_words import WORDS
from constructs.data.cache import Cache
from constructs.data.database import Database
from constructs.data.shared_files import SharedFiles
from k8s.aegisai.storage import shared_class
from k8s.manifests import Manifest
from settings.aegisai_eks import AegisAIOnEks
from settings.files import FileSettings
from stacks.backup import Backup
from stacks.eks import Eks
from stacks.firewall import Firewall
from stacks.images import Images
from stacks.monitoring import Monitoring
from stacks.security_groups import SecurityGroups
from stacks.storage import Storage
from systems.aegisai_access import access_rules
from systems.aegisai_identities import define_identities
from systems.aegisai_manifests import firewall_class, manifests
from systems.aegisai_prometheus import topic_name
from systems.aegisai_releases import add_releases
from systems.aegisai_secrets import define_secrets
from systems.parameters import operated
from systems.root_stack import RootStack

RUNBOOK = "docs/aegisai.md"
DATABASE_NAME = "aegisai_db"
FILES = FileSettings()


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where data is kept outside the cluster; None: in it, or not at all."""

    files: SharedFiles | None
    database: Database | None
    cache: Cache | None
    backups: s3.Bucket | None


class AegisAI(RootStack):
    """One deployment; its nested stacks are made in the order in which they stand here."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: AegisAIOnEks) -> None:
        super().__init__(scope, construct_id, settings=settings, title="AegisAI on Amazon EKS")
        self._settings = settings
        self._given = operated(self, settings)
        self._define_deployment()

    def _define_deployment(self) -> None:
        settings = self._settings
        vpc, log_key = self._network(
            settings, log_retention_days=self._given.monitoring.log_retention_days, kubernetes=True
        )
        shared = shared_class(settings) == "efs"
        groups = SecurityGroups(
            self,
            "SecurityGroups",
            vpc=vpc,
            rules=list(access_rules(settings, file_system=shared)),
            reach_anywhere=("nodes", "kubectl"),
            log_key=log_key,
        )
        storage = Storage(self, "Storage", keep_data=settings.keep_data)
        stores = self._define_stores(storage, vpc, groups, shared=shared)
        secrets = define_secrets(self, settings=settings, backups=stores.backups)
        if settings.makes_repositories:
            self._define_images()
        eks = self._define_cluster(vpc, groups, stores)
        eks.add_stack_dependency(secrets)  # operators read them when they start
        applied = self._apply(eks, stores)
        for store in (stores.database, stores.cache):
            if store is not None:
                applied.node.add_dependency(store)
        self.add_output("KubeconfigCommand", eks.kubeconfig_command, "Reach the cluster with kubectl")
        self.add_output("VolumesCommand", eks.volumes_command, "List the volumes of this deployment")
        backup = self._define_backup(storage, stores)
        self._define_monitoring(eks, stores, backup)

    def _define_stores(
        self, storage: Storage, vpc: ec2.IVpc, groups: SecurityGroups, *, shared: bool
    ) -> Stores:
        settings = self._settings
        files = database = cache = backups = None
        if shared:
            files = storage.add_file_system(
                "Files", vpc=vpc, security_group=groups["file_system"], settings=FILES
            )
        if settings.postgresql.hosted == "aurora":
            database = storage.add_database(
                "Database",
                vpc=vpc,
                security_group=groups["database"],
                settings=settings.postgresql,
                database_name=DATABASE_NAME,
                log_retention_days=self._given.monitoring.log_retention_days,
                secret_name=settings.secret_name(aegisai.POSTGRESQL),
                # a dump with extensions would be restorable only by their owner, and where they are installed
                extensions=[],
            )
        if settings.redis.hosted == "elasticache":
            cache = storage.add_cache(
                "Cache",
                vpc=vpc,
                security_group=groups["cache"],
                settings=settings.redis,
                secret_name=settings.secret_name(aegisai.REDIS),
            )
        if settings.backup_job.enabled:
            backups = storage.add_bucket(
                "Backups",
                infrequent_access_after_days=None,
                noncurrent_version_days=settings.backup_job.retention_days,
            )
            self.add_output("BackupBucket", backups.bucket_name, "Bucket of the database's dumps")
        return Stores(files=files, database=database, cache=cache, backups=backups)

    def _define_images(self) -> None:
        settings = self._settings
        names = {
            one.image.repository or name: f"{settings.name}/{one.image.repository or name}"
            # Of disabled ones too: repositories that are kept would be there already when a service comes back.
            for name, one in settings.services.items()
        }
        Images(
            self,
            "Images",
            names=list(names.values()),
            keep=settings.images.keep,
            keep_data=settings.keep_data,
        )
        self.add_output("ImageRegistry", settings.registry, "Push each service's image below this")

    def _define_cluster(self, vpc: ec2.IVpc, groups: SecurityGroups, stores: Stores) -> Eks:
        settings = self._settings
        eks = Eks(
            self,
            "Eks",
            name=settings.name,
            kubernetes_version=settings.kubernetes_version,
            vpc=vpc,
            control_plane_security_group=groups["control_plane"],
            node_security_group=groups["nodes"],
            kubectl_security_group=groups["kubectl"],
            settings=settings.cluster,
            file_system=None if stores.files is None else stores.files.file_system,
            log_retention_days=self._given.monitoring.log_retention_days,
            keep_data=settings.keep_data,
            tags=settings.tags,
        )
        add_releases(eks, settings)
        return eks

    def _apply(self, eks: Eks, stores: Stores) -> NestedStack:
        """The manifests, when everything that their pods ask for is there."""
        settings = self._settings
        before: list[NestedStack] = []
        if settings.ingress.firewall is not None:
            before.append(self._define_firewall(eks))
        identities = define_identities(self, settings=settings, cluster=eks.cluster, backups=stores.backups)
        if identities is not None:
            before.append(identities)
        applied = eks.add_manifests("Manifests", self._applied())
        for stack in before:
            applied.add_stack_dependency(stack)
        return applied

    def _applied(self) -> list[Manifest]:
        """All of them, or what lets Argo CD apply them."""
        made = manifests(self._settings)
        if self._settings.gitops is None:
            return made
        return [manifest for manifest in made if manifest["kind"] == "Application"]

    def _define_firewall(self, eks: Eks) -> NestedStack:
        settings = self._settings
        assert settings.ingress.firewall is not None  # asked by the caller
        firewall = Firewall(
            self,
            "Firewall",
            settings=settings.ingress.firewall,
            metric_name=settings.name,
            log_retention_days=settings.monitoring.log_retention_days,
            keep_data=settings.keep_data,
        )
        return eks.add_manifests("IngressClass", firewall_class(settings.name, firewall.web_acl_arn))

    def _define_backup(self, storage: Storage, stores: Stores) -> Backup | None:
        """Vault and daily plan over what AWS keeps."""
        settings = self._settings
        if not settings.backup.enabled or (stores.files is None and stores.database is None):
            return None
        backup = Backup(
            self,
            "Backup",
            key=storage.key,
            settings=settings.backup,
            vault_name=settings.name,
            keep_data=settings.keep_data,
        )
        metadata = {}
        if stores.files is not None:
            metadata["EFS"] = stores.files.restore_metadata
        if stores.database is not None:
            metadata["Aurora"] = stores.database.restore_metadata
        role = backup.add_plan(
            file_systems=[] if stores.files is None else [stores.files.file_system],
            databases=[] if stores.database is None else [stores.database.cluster],
            restore_metadata=metadata,
        )
        self.add_output("RestoreRole", role.role_arn, "Role that restores recovery points")
        return backup

    def _define_monitoring(self, eks: Eks, stores: Stores, backup: Backup | None) -> None:
        settings = self._settings
        monitoring = Monitoring(
            self,
            "Monitoring",
            deployment=settings.name,
            settings=settings.monitoring,
            email=self._given.monitoring.email,
            runbook=RUNBOOK,
            words=WORDS,
            keep_data=settings.keep_data,
            topic_name=topic_name(settings),
        )
        monitoring.add_stack_dependency(eks)
        monitoring.watch_cluster(settings.name, node_groups=eks.node_groups)
        if settings.ingress.firewall is not None:
            monitoring.watch_firewall(settings.name)
        if stores.database is not None and settings.postgresql.hosted == "aurora":
            monitoring.watch_database(stores.database.cluster, settings.postgresql)
        if stores.cache is not None and settings.redis.hosted == "elasticache":
            monitoring.watch_cache(stores.cache.serverless_cache_name, settings.redis)
        if stores.files is not None:
            monitoring.watch_file_system(stores.files.file_system, FILES)
        if backup is not None:
            monitoring.watch_backup(backup.vault, vault_name=settings.name)
