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
            issued=[key for key in keys if key not in GENERATED],
        )
    return None


def remote_keys(settings: AegisAIOnEks) -> Mapping[str, Remote]:
    """Where in Secrets Manager each key of the Secret stands: the system's stack makes these."""
    keys = settings.secret_name(aegisai.PROVIDER_KEYS_SECRET)
    provided = {key: Remote(secret=keys, key=key) for key in aegisai.PROVIDER_KEYS}
    own = {key: Remote(secret=settings.secret_name(name), key=key) for key, name in aegisai.OWN_KEYS.items()}
    database, redis = settings.secret_name(aegisai.POSTGRESQL), settings.secret_name(aegisai.REDIS)
    fields = ("host", "port", "dbname", "username")
    known = {
        aegisai.DATABASE_PASSWORD: Remote(secret=database, key="password"),
        aegisai.REDIS_PASSWORD: Remote(secret=redis, key="password"),
        aegisai.REDIS_URL: Remote(secret=redis, key="url"),
        **{
            key: Remote(secret=database, key=field)
            for key, field in zip(aegisai.DATABASE_ADDRESS, fields, strict=True)
        },
        **own,
        **provided,
    }
    return {key: known[key] for key in aegisai.secret_keys(settings, aws_credentials=False)}
