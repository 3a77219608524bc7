"""AegisAI on Kubernetes (docs/aegisai.md): the parts, and in which namespace they stand."""

from cdk8s import App, Chart

from applications import aegisai
from k8s.aegisai.backup import add_backup
from k8s.aegisai.certificate import add_certificate
from k8s.aegisai.exposure import namespace_labels
from k8s.aegisai.gitops import add_application, keep_from_argo
from k8s.aegisai.observability import add_observability
from k8s.aegisai.parts import CONFIGURATION, parts_of
from k8s.aegisai.policies import add_policies
from k8s.aegisai.postgresql import add_postgresql
from k8s.aegisai.redis import add_redis
from k8s.aegisai.secrets import add_secrets
from k8s.aegisai.services import add_service
from k8s.aegisai.snapshots import add_snapshots
from k8s.aegisai.storage import add_shared_storage
from k8s.config_map import ConfigMap
from k8s.namespace import Namespace
from settings.aegisai import AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks
from settings.data_stores import InClusterPostgresql, InClusterRedis


class AegisAI(Chart):
    """Every object of one deployment."""

    def __init__(self, app: App, *, settings: AegisAIDeployment) -> None:
        super().__init__(app, settings.name, disable_resource_name_hashes=True)
        parts = parts_of(settings)
        Namespace(
            self,
            installation=parts.installation,
            kubernetes_version=settings.kubernetes_version,
            labels=namespace_labels(settings),
        )
        add_policies(self, parts=parts, settings=settings)
        store = add_secrets(self, parts=parts, settings=settings)
        configuration = ConfigMap(
            self,
            component=parts.alone(CONFIGURATION, role="configuration"),
            data=aegisai.configuration(settings),
        )
        if parts.postgresql is not None and isinstance(settings.postgresql, InClusterPostgresql):
            add_postgresql(
                self, component=parts.postgresql, settings=settings, postgresql=settings.postgresql
            )
        if parts.redis is not None and isinstance(settings.redis, InClusterRedis):
            add_redis(self, component=parts.redis, settings=settings, redis=settings.redis)
        add_shared_storage(self, parts=parts, settings=settings)
        certificate = add_certificate(self, parts=parts, settings=settings)
        services = {
            name: add_service(
                self,
                name=name,
                parts=parts,
                settings=settings,
                configuration=configuration,
                certificate=certificate,
            )
            for name in parts.services
        }
        if settings.backup_job.enabled:
            add_backup(self, parts=parts, settings=settings, store=store, certificate=certificate)
        if parts.snapshots is not None and settings.volume_snapshots is not None:
            add_snapshots(
                self,
                component=parts.snapshots,
                parts=parts,
                settings=settings,
                snapshots=settings.volume_snapshots,
            )
        add_observability(self, parts=parts, settings=settings, services=services)
        if settings.gitops is not None:
            add_application(
                self,
                installation=parts.installation,
                settings=settings.gitops,
                # CloudFormation deletes the Application alone, and load balancers must not be left behind
                cascade=settings.hosting == "eks",
            )
            if isinstance(settings, AegisAIOnEks) and settings.keep_data:
                keep_from_argo(self)
