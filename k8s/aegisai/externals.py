"""What the manifests use and somebody else makes."""

from collections.abc import Iterator

from k8s.aegisai import storage
from k8s.aegisai.parts import SECRETS
from k8s.checks.known import External
from settings.aegisai import AegisAIAnywhere, AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks
from settings.data_stores import InClusterPostgresql, InClusterRedis
from settings.exposure import AwsIngressSettings, ClusterIngressSettings


def externals_of(settings: AegisAIDeployment) -> tuple[External, ...]:
    """Each of these, with who makes it."""
    classes = {
        External(kind="StorageClass", name=name, why="the cluster")
        for name in _storage_classes(settings)
        if name is not None
    }
    return (*sorted(classes), *_ingress(settings), *_secrets(settings))


def _storage_classes(settings: AegisAIDeployment) -> Iterator[str | None]:
    yield storage.shared_class(settings)
    for store in (settings.postgresql, settings.redis):
        if isinstance(store, InClusterPostgresql | InClusterRedis):
            yield storage.block_class(settings, store.storage_class)


def _ingress(settings: AegisAIDeployment) -> Iterator[External]:
    ingress = settings.ingress
    if isinstance(ingress, AwsIngressSettings) and ingress.type == "alb":
        why = "the AWS Load Balancer Controller" if ingress.firewall is None else "the system's stack"
        yield External(
            kind="IngressClass", name="alb" if ingress.firewall is None else settings.name, why=why
        )
    if isinstance(ingress, ClusterIngressSettings):
        if ingress.ingress_class is not None:
            yield External(kind="IngressClass", name=ingress.ingress_class, why="the cluster")
        if ingress.tls_secret is not None:
            yield _secret(ingress.tls_secret, settings, why="somebody, with the certificate")


def _secrets(settings: AegisAIDeployment) -> Iterator[External]:
    if settings.images.pull_secret is not None:
        yield _secret(settings.images.pull_secret, settings, why="somebody, with the registry's login")
    if isinstance(settings, AegisAIAnywhere):
        if settings.secrets.source == "existing":
            yield _secret(SECRETS, settings, why="somebody, with every key")
        if settings.backup_job.enabled and settings.backup_job.bucket is not None:
            yield _secret(
                settings.backup_job.bucket.credentials_secret, settings, why="somebody, for the bucket"
            )
    if isinstance(settings, AegisAIOnEks) and settings.gitops is not None:
        yield External(kind="Namespace", name=settings.gitops.namespace, why="Argo CD's release")


def _secret(name: str, settings: AegisAIDeployment, *, why: str) -> External:
    return External(kind="Secret", name=name, namespace=settings.namespace, why=why)
