"""What AegisAI's services read: names of variables, where their values stand, and which service needs which."""

from collections.abc import Iterator
from pathlib import Path

from settings.aegisai import POSTGRESQL_PORT, REDIS_PORT, AegisAIDeployment
from settings.aegisai_variables import address
from settings.data_stores import InClusterPostgresql, InClusterRedis
from settings.services import ServiceSettings

POSTGRESQL = "postgres"
REDIS = "redis"
METRICS_PATH = "/metrics"
COLLECTOR = "otel-collector"
"""Of traces: name of its release, its Service and its namespace."""
STORAGE = "/storage"
FOLDERS = ("raw", "processed", "transcoded")
"""Of the shared storage."""
_ASSETS = Path(__file__).parents[1] / "assets"
_SHELL = _ASSETS / "kubernetes"
BACKUP_SCRIPTS = _SHELL / "postgres_backup"
CERTIFICATES = _ASSETS / "certificates" / "rds"
CERTIFICATE = "/etc/database/rds.pem"
"""Where pods that speak to Aurora find the certificate that signs it."""
SNAPSHOT_SCRIPT = _SHELL / "volume_snapshots" / "snapshot.sh"

DATABASE_PASSWORD = "POSTGRES_PASSWORD"  # noqa: S105 -- a variable's name
REDIS_PASSWORD = "REDIS_PASSWORD"  # noqa: S105 -- a variable's name
IN_CLUSTER_REDIS_URL = f"redis://:$({REDIS_PASSWORD})@{REDIS}:{REDIS_PORT}/0"
"""Kubernetes puts the password in, which is letters, digits, - and _."""
REDIS_URL = "REDIS_URL"
OWN_KEYS = {"SECRET_KEY": "secret-key", "JWT_SECRET_KEY": "jwt-secret-key"}
"""Random, made once: the first signs what the gateway stores with clients, the second the tokens of its users.

Each with the name of its secret in Secrets Manager.
"""
AWS_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""On EKS nobody has them: pods get theirs from Pod Identity."""
PROVIDER_KEYS_SECRET = "provider-keys"  # noqa: S105 -- a secret's name
PROVIDER_KEYS = (
    "OPENAI_API_KEY",
    "LANGSMITH_API_KEY",
    "TAVILY_API_KEY",
    "PINECONE_API_KEY",
    "HUGGINGFACE_API_TOKEN",
)
"""Keys that other companies issue."""
DATABASE_ADDRESS = ("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER")
"""Where the database is; for Aurora only AWS knows it."""


def configuration(settings: AegisAIDeployment) -> dict[str, str]:
    """The ConfigMap `app-config`, but for what only AWS knows."""
    given = settings.configuration
    return {
        "DEBUG": _flag(given.debug),
        "DOCKER": _flag(True),
        "ENVIRONMENT": settings.environment,
        "STORAGE_PATH": STORAGE,
        **{f"{folder.upper()}_PATH": f"{STORAGE}/{folder}" for folder in FOLDERS},
        **{
            address(name): f"http://{name}:{_service_port(one, settings)}"
            for name, one in settings.enabled_services.items()
        },
        **_database(settings),
        **_redis(settings),
        "AWS_S3_INPUT_BUCKET": given.input_bucket or "",
        "AWS_S3_OUTPUT_BUCKET": given.output_bucket or "",
        "OPENAI_MODEL": given.openai_model,
        "PINECONE_INDEX": given.pinecone_index,
        "LANGSMITH_PROJECT": given.langsmith_project,
        **_tracing(settings),
        **given.environment,
    }


def secret_keys(settings: AegisAIDeployment, *, aws_credentials: bool) -> list[str]:
    """Every key of the Secret `app-secrets`.

    aws_credentials: whether pods have no other way to AWS.
    """
    return [
        DATABASE_PASSWORD,
        *(() if isinstance(settings.postgresql, InClusterPostgresql) else DATABASE_ADDRESS),
        REDIS_PASSWORD if isinstance(settings.redis, InClusterRedis) else REDIS_URL,
        *OWN_KEYS,
        *(AWS_CREDENTIALS if aws_credentials else ()),
        *PROVIDER_KEYS,
    ]


def keys_of(service: ServiceSettings, settings: AegisAIDeployment, *, aws_credentials: bool) -> Iterator[str]:
    """The keys that one service reads: nobody has a key that its connections give no use for."""
    if service.role == "gateway":
        yield DATABASE_PASSWORD
        if not isinstance(settings.postgresql, InClusterPostgresql):
            yield from DATABASE_ADDRESS
        yield from OWN_KEYS
    yield REDIS_PASSWORD if isinstance(settings.redis, InClusterRedis) else REDIS_URL
    if aws_credentials and uses_buckets(service, settings):
        yield from AWS_CREDENTIALS
    if service.internet:
        yield from PROVIDER_KEYS


def uses_buckets(service: ServiceSettings, settings: AegisAIDeployment) -> bool:
    """Whether the service reads and writes buckets: the gateway takes uploads, workers work on files."""
    given = settings.configuration
    return service.role != "orchestrator" and bool(given.input_bucket or given.output_bucket)


def database_certificate(region: str) -> str:
    """The root certificate that signs Aurora in a region; settings refuse a region without."""
    return (CERTIFICATES / f"{region}.pem").read_text()


def _service_port(service: ServiceSettings, settings: AegisAIDeployment) -> int:
    """Port of the Service: a load balancer's has the port that is open outside, and no other."""
    outside = service.role == "gateway" and settings.ingress.type in ("nlb", "load_balancer")
    return settings.ingress.port_for(service.port) if outside else service.port


def _database(settings: AegisAIDeployment) -> dict[str, str]:
    postgresql = settings.postgresql
    if not isinstance(postgresql, InClusterPostgresql):
        return {"POSTGRES_SSLMODE": "verify-full", "POSTGRES_SSLROOTCERT": CERTIFICATE}
    return {
        "POSTGRES_HOST": POSTGRESQL,
        "POSTGRES_PORT": str(POSTGRESQL_PORT),
        "POSTGRES_DB": postgresql.database,
        "POSTGRES_USER": postgresql.user,
        "POSTGRES_SSLMODE": "disable",
    }


def _redis(settings: AegisAIDeployment) -> dict[str, str]:
    if not isinstance(settings.redis, InClusterRedis):
        return {"REDIS_CLUSTER": _flag(True)}
    return {"REDIS_CLUSTER": _flag(False), "REDIS_HOST": REDIS, "REDIS_PORT": str(REDIS_PORT)}


def _tracing(settings: AegisAIDeployment) -> dict[str, str]:
    observability = settings.observability
    installed = f"http://{COLLECTOR}.{COLLECTOR}:4317"
    endpoint = installed if observability.tracing == "installed" else observability.otlp_endpoint
    return {} if endpoint is None else {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}


def _flag(value: bool) -> str:
    return "true" if value else "false"
