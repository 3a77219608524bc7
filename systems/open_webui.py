"""Open WebUI on ECS Fargate (docs/open-webui.md): the nested stacks of the document, and how they are wired."""

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from applications import open_webui
from applications.open_webui_logs import FAILURES
from applications.open_webui_words import WORDS
from settings.open_webui import OpenWebUIDeployment
from settings.sign_in import OidcProvider
from stacks.backup import Backup
from stacks.cognito import Cognito
from stacks.load_balancer import LoadBalancer
from stacks.monitoring import Monitoring
from stacks.security_groups import SecurityGroups
from stacks.storage import Storage
from systems.open_webui_access import access_rules
from systems.open_webui_outputs import connect_command, dashboard_url, logs_command
from systems.open_webui_tasks import MODEL_KEYS, OpenWebUITasks, Stores
from systems.parameters import operated
from systems.root_stack import RootStack
from systems.task_rules import add_task_rules

RUNBOOK = "docs/open-webui.md"


def without_effect(settings: OpenWebUIDeployment) -> list[str]:
    """Parameters that would do nothing: a digest wins over the tag."""
    return ["ImageTag"] if settings.application.image_digest is not None else []


class OpenWebUI(RootStack):
    """One deployment; its nested stacks are made in the order in which they stand here."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: OpenWebUIDeployment) -> None:
        super().__init__(scope, construct_id, settings=settings, title="Open WebUI on ECS Fargate")
        self._settings = settings
        if settings.stands_by:
            self._define_standby()
        else:
            self._given = operated(self, settings, as_written=without_effect(settings))
            add_task_rules(self, cached=settings.cached)
            self._define_deployment()

    def _define_standby(self) -> None:
        """A key and a vault for the primary's copies; the rest is made when the standby takes over."""
        storage = Storage(self, "Storage", keep_data=self._settings.keep_data)
        backup = self._define_backup(storage)
        self.add_output(
            "BackupVaultArn", backup.vault.backup_vault_arn, "backup.copy_vault_arn of the primary"
        )
        self.add_output("ReplicaKeyArn", storage.key.key_arn, "replicate_keys_to.key_arn of the primary")

    def _define_deployment(self) -> None:
        settings, given = self._settings, self._given
        vpc, log_key = self._network(
            settings,
            log_retention_days=given.monitoring.log_retention_days,
            bedrock=settings.application.litellm is not None,
            execute_command=settings.tasks.execute_command,
        )
        groups = SecurityGroups(
            self,
            "SecurityGroups",
            vpc=vpc,
            rules=access_rules(settings),
            reach_anywhere=("tasks", "litellm"),
            log_key=log_key,
        )
        storage = Storage(self, "Storage", keep_data=settings.keep_data)
        stores = self._define_stores(storage, vpc, groups)
        load_balancer = LoadBalancer(
            self,
            "LoadBalancer",
            vpc=vpc,
            security_group=groups["load_balancer"],
            settings=settings.load_balancer,
            certificate_arn=given.load_balancer.certificate_arn,
            target_port=open_webui.PORT,
            health_path=open_webui.HEALTH_PATH,
            firewall_metric_name=settings.name,
            keep_data=settings.keep_data,
            log_key=log_key,
        )
        cognito = self._define_cognito(load_balancer) if settings.sign_in.method == "cognito" else None
        tasks = OpenWebUITasks(
            self,
            settings=settings,
            given=given,
            vpc=vpc,
            groups=groups,
            stores=stores,
            load_balancer=load_balancer,
            cognito=cognito,
        )
        self._output_ways_in(tasks)
        backup = self._define_backup(storage, stores) if settings.backup.enabled else None
        self._define_monitoring(stores, load_balancer, tasks, backup)
        self.add_output("Url", load_balancer.origin, "Where browsers open the application")

    def _define_stores(self, storage: Storage, vpc: ec2.IVpc, groups: SecurityGroups) -> Stores:
        settings = self._settings
        restore = settings.restore
        files = storage.add_file_system(
            "Files",
            vpc=vpc,
            security_group=groups["file_system"],
            settings=settings.files,
            path=open_webui.FILES_PATH,
            restored_file_system_id=None if restore is None else restore.file_system_id,
            restored_directory=None if restore is None else restore.file_system_directory,
        )
        database = storage.add_database(
            "Database",
            vpc=vpc,
            security_group=groups["database"],
            settings=settings.database,
            database_name=open_webui.DATABASE_NAME,
            snapshot_arn=None if restore is None else restore.cluster_snapshot_arn,
            log_retention_days=self._given.monitoring.log_retention_days,
        )
        cache = uploads = None
        if settings.cached:
            cache = storage.add_cache(
                "Cache", vpc=vpc, security_group=groups["cache"], settings=settings.cache
            )
        if settings.files.uploads == "s3":
            uploads = storage.add_bucket(
                "Uploads",
                infrequent_access_after_days=settings.files.upload_infrequent_access_after_days,
                noncurrent_version_days=settings.files.noncurrent_version_days,
            )
            self.add_output("UploadsBucket", uploads.bucket_name, "Bucket of uploaded files")
        return Stores(files=files, database=database, cache=cache, uploads=uploads)

    def _define_cognito(self, load_balancer: LoadBalancer) -> Cognito:
        settings = self._settings.sign_in
        cognito = Cognito(
            self,
            "Cognito",
            origin=load_balancer.origin,
            callback_path=open_webui.CALLBACK_PATH,
            sign_out_path=open_webui.SIGN_OUT_PATH,
            settings=settings,
            domain_prefix=settings.domain_prefix or f"{self._settings.name}-{Aws.ACCOUNT_ID}",
            session_hours=self._settings.application.session_hours,
            keep_data=self._settings.keep_data,
            client_secret_versions={
                provider.name: provider.client_secret_version
                for provider in settings.providers
                if isinstance(provider, OidcProvider) and provider.client_secret_version is not None
            },
        )
        # The document has this edge, also where the origin is a name of ours and nothing refers to it.
        cognito.add_stack_dependency(load_balancer)
        self.add_output("UserPoolId", cognito.user_pool.user_pool_id, "User pool: people, groups, providers")
        if cognito.federation_secret is not None:
            secret_arn = cognito.federation_secret.secret_arn
            self.add_output(
                "FederationSecret", secret_arn, "Put each OpenID Connect provider's client secret here"
            )
        return cognito

    def _define_backup(self, storage: Storage, stores: Stores | None = None) -> Backup:
        """Vault and daily plan; a standby that has not taken over has nothing to back up."""
        settings = self._settings
        backup = Backup(
            self,
            "Backup",
            key=storage.key,
            settings=settings.backup,
            vault_name=settings.name,
            keep_data=settings.keep_data,
        )
        if stores is not None:
            role = backup.add_plan(
                file_systems=[stores.files.file_system],
                databases=[stores.database.cluster],
                buckets=[] if stores.uploads is None else [stores.uploads],
                restore_metadata={
                    "EFS": stores.files.restore_metadata,
                    "Aurora": stores.database.restore_metadata,
                },
            )
            self.add_output("RestoreRole", role.role_arn, "Role that restores recovery points")
        return backup

    def _define_monitoring(
        self, stores: Stores, load_balancer: LoadBalancer, tasks: OpenWebUITasks, backup: Backup | None
    ) -> None:
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
            office_hours=settings.tasks.office_hours,
        )
        balancer = monitoring.watch_load_balancer(load_balancer.load_balancer, load_balancer.target_group)
        if settings.load_balancer.firewall is not None:
            monitoring.watch_firewall(settings.name)
        service = monitoring.watch_service("OpenWebUI", tasks.open_webui)
        if tasks.litellm is not None:
            monitoring.watch_service("LiteLLM", tasks.litellm)
        monitoring.add_service_down([balancer.no_healthy_task, service.no_running_task])
        monitoring.watch_database(stores.database.cluster, settings.database)
        if stores.cache is not None:
            monitoring.watch_cache(stores.cache.serverless_cache_name, settings.cache)
        monitoring.watch_file_system(stores.files.file_system, settings.files)
        if backup is not None:
            monitoring.watch_backup(backup.vault, vault_name=settings.name)
        monitoring.watch_log_group("Application", tasks.fargate.application_log, FAILURES)
        url = dashboard_url(monitoring.dashboard)
        self.add_output("DashboardUrl", url, "What to open when an alarm comes")

    def _output_ways_in(self, tasks: OpenWebUITasks) -> None:
        """Secrets that people read or fill, and commands that show what runs."""
        secrets = tasks.secrets
        self.add_output("SessionKeySecret", secrets["session-key"].secret_arn, "Secret that signs sessions")
        self.add_output(
            "TokenKeySecret", secrets["token-key"].secret_arn, "Secret that encrypts stored tokens"
        )
        self.add_output(
            "ModelKeysSecret", secrets[MODEL_KEYS].secret_arn, "Put the keys of model back ends here"
        )
        self.add_output(
            "LogsCommand", logs_command(tasks.fargate.application_log), "Follow the logs of tasks"
        )
        if self._settings.tasks.execute_command:
            self.add_output("ConnectCommand", connect_command(tasks.open_webui), "Open a shell in a task")
