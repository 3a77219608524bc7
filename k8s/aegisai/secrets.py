"""The Secret `app-secrets`: from AWS Secrets Manager, made with the manifests, or by somebody beforehand."""

from collections.abc import Mapping

from constructs import Construct

from applications import aegisai
from k8s.aegisai.parts import SECRETS, Parts
from k8s.external_secret import ExternalSecret, Remote, SecretStore
from k8s.local_secret import LocalSecret
from settings.aegisai import AegisAIAnywhere, AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks

GENERATED = (aegisai.DATABASE_PASSWORD, aegisai.REDIS_PASSWORD, *aegisai.OWN_KEYS)


def add_secrets(scope: Construct, *, parts: Parts, settings: AegisAIDeployment) -> SecretStore | None:
    """The Secret, or what fills it; returns where it is filled from."""
    component = parts.alone(SECRETS, role="secrets")
    if isinstance(settings, AegisAIOnEks):
        store = SecretStore(
            scope, component=parts.alone("aws-secrets-manager", role="secrets"), region=str(settings.region)
        )
        ExternalSecret(
            scope,
            component=component,
            store=store,
            keys=remote_keys(settings),
            refresh_minutes=settings.secrets.refresh_minutes,
        )
        return store
    if isinstance(settings, AegisAIAnywhere) and settings.secrets.source == "generated":
        keys = aegisai.secret_keys(settings, aws_credentials=True)
        LocalSecret(
            scope,
            component=component,
            generated=[key for key in keys if key in GENERATED],
            values={key: "" for key in keys if key not in GENERATED},
        )
    return None


def remote_keys(settings: AegisAIOnEks) -> Mapping[str, Remote]:
    """Where in Secrets Manager each key of the Secret stands: the system's stack makes these."""
    provided = {key: Remote(secret=settings.secret_name("provider-keys"), key=key) for key in aegisai.PROVIDER_KEYS}
    own = {key: Remote(secret=settings.secret_name("own-keys"), key=key) for key in aegisai.OWN_KEYS}
    database, redis = settings.secret_name("database"), settings.secret_name("redis")
    if settings.postgresql.hosted == "aurora":
        fields = {**dict(zip(aegisai.DATABASE_ADDRESS, ("host", "port", "dbname", "username"), strict=True))}
    else:
        fields = {}
    found = {aegisai.DATABASE_PASSWORD: Remote(secret=database, key="password")}
    found |= {key: Remote(secret=database, key=field) for key, field in fields.items()}
    if settings.redis.hosted == "elasticache":
        found["REDIS_URL"] = Remote(secret=redis, key="url")
    else:
        found[aegisai.REDIS_PASSWORD] = Remote(secret=redis, key="password")
    keys = aegisai.secret_keys(settings, aws_credentials=False)
    return {key: {**found, **own, **provided}[key] for key in keys}
