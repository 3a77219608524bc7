"""What runs in a deployment of Open WebUI, wired to what the other nested stacks hand out."""

from dataclasses import dataclass

from aws_cdk import Aws, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as sm

from applications import litellm, open_webui
from applications.environment import Environment
from applications.open_webui_environment import (
    UPLOADS_PREFIX,
    DatabaseAddress,
    OpenIdProvider,
    Uploads,
    environment,
)
from constructs.data.cache import Cache
from constructs.data.database import Database
from constructs.data.shared_files import SharedFiles
from settings.litellm import LiteLLMSettings
from settings.open_webui import OpenWebUIDeployment
from stacks.cognito import Cognito
from stacks.fargate import Fargate
from stacks.load_balancer import LoadBalancer
from stacks.security_groups import SecurityGroups

MODEL_KEYS = "model-keys"
"""Role of the secret that people put the keys of model back ends into."""


@dataclass(frozen=True, kw_only=True)
class Stores:
    """What the storage stack holds for this deployment."""

    files: SharedFiles
    database: Database
    cache: Cache | None
    uploads: s3.Bucket | None


class OpenWebUITasks:
    """`fargate`, the nested stack; its services `open_webui` and, with Bedrock, `litellm`; `secrets` by role."""

    fargate: Fargate
    open_webui: ecs.FargateService
    litellm: ecs.FargateService | None
    secrets: dict[str, sm.ISecret]

    def __init__(
        self,
        root: Stack,
        *,
        settings: OpenWebUIDeployment,
        given: OpenWebUIDeployment,
        vpc: ec2.IVpc,
        groups: SecurityGroups,
        stores: Stores,
        load_balancer: LoadBalancer,
        cognito: Cognito | None,
    ) -> None:
        """`settings`: as written, for the shape. `given`: the same with parameters' tokens, for values."""
        self._settings, self._given, self._stores = settings, given, stores
        self.fargate = Fargate(
            root,
            "Fargate",
            vpc=vpc,
            settings=given.tasks,
            log_retention_days=given.monitoring.log_retention_days,
            keep_data=settings.keep_data,
        )
        self.secrets = self._define_secrets(cognito)
        models = settings.application.litellm
        self.litellm = None if models is None else self._define_litellm(groups, models)
        variables = self._environment(load_balancer, cognito)
        self.open_webui = self._define_open_webui(groups, load_balancer, variables)
        if settings.database.rotation_days is not None:
            self.fargate.add_rotation(
                "Rotation",
                days=settings.database.rotation_days,
                database=stores.database,
                service=self.open_webui,
            )

    def _environment(self, load_balancer: LoadBalancer, cognito: Cognito | None) -> Environment:
        settings, database, uploads = self._settings, self._stores.database, self._stores.uploads
        return environment(
            self._given.application,
            origin=load_balancer.origin,
            secure=settings.load_balancer.tls,
            cached=settings.cached,
            idle_timeout_seconds=settings.load_balancer.idle_timeout_seconds,
            database=DatabaseAddress(host=database.host, port=database.port, name=database.name),
            provider=None if cognito is None else self._provider(cognito),
            admin_email=settings.sign_in.admin_email,
            litellm_url=None if settings.application.litellm is None else litellm.url(self._domain),
            uploads=None if uploads is None else Uploads(bucket=uploads.bucket_name, region=Aws.REGION),
        )

    def _define_open_webui(
        self, groups: SecurityGroups, load_balancer: LoadBalancer, variables: Environment
    ) -> ecs.FargateService:
        """The service; a changed image waits for a snapshot of the database."""
        application, stores = self._given.application, self._stores
        snapshot = self.fargate.add_upgrade_snapshot(
            "UpgradeSnapshot",
            database=stores.database,
            image=open_webui.image(application),
            deployment=self._settings.name,
        )
        return self.fargate.add_service(
            "OpenWebUI",
            containers=open_webui.containers(
                application, environment=variables, certificate_pem=self.fargate.certificate_pem
            ),
            secrets=self.secrets,
            security_group=groups["tasks"],
            target_group=load_balancer.target_group,
            files={open_webui.FILES: stores.files},
            buckets={} if stores.uploads is None else {UPLOADS_PREFIX: stores.uploads},
            after=[stores.database.ready, snapshot],
        )

    def _define_secrets(self, cognito: Cognito | None) -> dict[str, sm.ISecret]:
        """Every secret that a container reads, by role; replicas of the primary's keys on a standby."""
        settings, stores = self._settings, self._stores
        primary, replicas = settings.secondary_of, settings.replicate_keys_to
        copies = {} if replicas is None else {replicas.region: replicas.key_arn}
        secrets = {
            "database": stores.database.secret,
            "session-key": self.fargate.add_key(
                "SessionKey",
                field="key",
                description="Signs the sessions of Open WebUI",
                replicas=copies,
                replica_of_primary=None if primary is None else primary.session_key_arn,
            ),
            "token-key": self.fargate.add_key(
                "TokenKey",
                field="key",
                description="Encrypts the tokens that Open WebUI stores",
                replicas=copies,
                replica_of_primary=None if primary is None else primary.token_key_arn,
            ),
            "admin": self.fargate.add_key(
                "Admin", field="password", description="Password of Open WebUI's first administrator"
            ),
            MODEL_KEYS: self.fargate.add_empty_secret(
                "ModelKeys",
                name=settings.secret_name(MODEL_KEYS),
                fields=("openai_api_keys", "embedding_api_key"),
                description="Keys of model back ends, in the order of application.openai_urls, joined by ;",
                replicas=copies,
                replica_of_primary=None if primary is None else primary.model_keys_arn,
            ),
        }
        if stores.cache is not None:
            secrets["cache"] = stores.cache.secret
        if cognito is not None:
            secrets["sign-in"] = cognito.client_secret
        return secrets

    def _define_litellm(
        self,
        groups: SecurityGroups,
        settings: LiteLLMSettings,
    ) -> ecs.FargateService:
        self.secrets["litellm"] = self.fargate.add_key("LiteLLMKey", field="key", description="Opens LiteLLM")
        return self.fargate.add_model_proxy(
            "LiteLLM",
            containers=litellm.containers(settings, registry=self._settings.application.registry),
            secrets=self.secrets,
            security_group=groups["litellm"],
            cpu=settings.cpu,
            memory_mib=settings.memory_mib,
            host=litellm.HOST,
            domain=self._domain,
            model_ids=[model.model_id for model in settings.models],
        )

    def _provider(self, cognito: Cognito) -> OpenIdProvider:
        return OpenIdProvider(
            discovery_url=cognito.discovery_url,
            client_id=cognito.client.user_pool_client_id,
            sign_out_url=cognito.sign_out_url,
            merge_by_email=self._settings.restore is not None,  # users of a new pool have new subjects
        )

    @property
    def _domain(self) -> str:
        """Private zone of the services that only the VPC sees."""
        return f"{self._settings.name}.internal"
