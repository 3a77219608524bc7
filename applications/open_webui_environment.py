"""What Open WebUI 0.12.4, its server and libpq read; a test compares each name with those that they read.

ENABLE_PERSISTENT_CONFIG is false: else all settings go to the database at the first start, and a later change in the
deployment file does nothing. The price: what an administrator changes on the settings pages stays in one process and
ends with it. Users, groups, models, prompts, knowledge and chats are data and are kept either way.
"""

from dataclasses import dataclass

from applications.environment import Environment, SecretKey, Value, flag
from applications.open_webui import CALLBACK_PATH, CERTIFICATE, DATA_DIR, STATIC_DIR
from settings.application import ApplicationSettings

SESSION_KEY = SecretKey("session-key", "key")
TOKEN_KEY = SecretKey("token-key", "key")
ADMIN_PASSWORD = SecretKey("admin", "password")
CLIENT_SECRET = SecretKey("sign-in", "client_secret")
OPENAI_API_KEYS = SecretKey("model-keys", "openai_api_keys")
EMBEDDING_API_KEY = SecretKey("model-keys", "embedding_api_key")
LITELLM_KEY = SecretKey("litellm", "key")

NOBODY = "first-admin@open-webui.invalid"
"""First administrator where people sign in elsewhere: RFC 2606 keeps `.invalid` free, so nobody can own the address."""

KEEP_ALIVE_LONGER_SECONDS = 5
"""A server that closes an idle connection first loses the request that just comes in: a 502 now and then."""

UPLOADS_PREFIX = "uploads"
"""Folder of the bucket that uploaded files go to."""


@dataclass(frozen=True, kw_only=True)
class OpenIdProvider:
    """Where people sign in.

    `merge_by_email`: users of another pool keep their accounts (a standby has a pool of its own).
    """

    discovery_url: str
    client_id: str
    sign_out_url: str
    merge_by_email: bool = False


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    """Where the database is; role and password stand in a secret."""

    host: str
    port: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """The bucket that uploaded files go to."""

    bucket: str
    region: str


def environment(
    settings: ApplicationSettings,
    *,
    origin: str,
    secure: bool,
    cached: bool,
    idle_timeout_seconds: int,
    database: DatabaseAddress,
    provider: OpenIdProvider | None,
    admin_email: str | None = None,
    litellm_url: str | None = None,
    uploads: Uploads | None = None,
) -> Environment:
    """All variables of one deployment.

    origin: scheme and host that browsers use. secure: whether that is https.
    idle_timeout_seconds: after which the load balancer closes an idle connection.
    provider: left out, sign-in is by password, and `admin_email` is the administrator.
    litellm_url: LiteLLM's `/v1` address. uploads: left out, uploaded files stay in the data folder.
    """
    variables = {
        **_process(settings, origin=origin, secure=secure),
        # uvicorn's command line reads it: no variable of Open WebUI.
        "UVICORN_TIMEOUT_KEEP_ALIVE": str(idle_timeout_seconds + KEEP_ALIVE_LONGER_SECONDS),
        **_database(settings, database),
        **_sign_in(provider, origin=origin, admin_email=admin_email),
        **_models(settings, litellm_url),
        **_embedding(settings, litellm_url),
        **(_cache() if cached else {}),
        **(_uploads(uploads) if uploads else {}),
    }
    return Environment({**settings.environment, **variables})


def _process(settings: ApplicationSettings, *, origin: str, secure: bool) -> dict[str, Value]:
    return {
        "ENV": "prod",
        "WEBUI_NAME": settings.name,
        "WEBUI_URL": origin,
        "CORS_ALLOW_ORIGIN": origin,
        "WEBUI_SECRET_KEY": SESSION_KEY,
        "OAUTH_SESSION_TOKEN_ENCRYPTION_KEY": TOKEN_KEY,
        "WEBUI_SESSION_COOKIE_SECURE": flag(secure),
        "WEBUI_AUTH_COOKIE_SECURE": flag(secure),
        "JWT_EXPIRES_IN": f"{settings.session_hours}h",
        "ENABLE_PERSISTENT_CONFIG": "false",
        "ENABLE_DB_MIGRATIONS": "false",  # `prepare` migrates, alone
        "DATA_DIR": DATA_DIR,
        "STATIC_DIR": STATIC_DIR,
        "OFFLINE_MODE": "true",  # no model downloads, no update check
        "ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS": "false",
        "ENABLE_COMMUNITY_SHARING": "false",
        "GLOBAL_LOG_LEVEL": settings.log_level,
        "LOG_FORMAT": "json",
        "AUDIT_LOG_LEVEL": "METADATA",
        "ENABLE_AUDIT_STDOUT": "true",
        "ENABLE_AUDIT_LOGS_FILE": "false",
    }


def _session_name(settings: ApplicationSettings) -> str:
    """What sessions of this version are called in the database; `prepare` waits until no other name is left."""
    digest = settings.image_digest
    return f"open-webui/{settings.image_tag}" + (f"@{digest.removeprefix('sha256:')[:12]}" if digest else "")


def _database(settings: ApplicationSettings, database: DatabaseAddress) -> dict[str, Value]:
    """The password stands in the URL unquoted: the secret's alphabet has no punctuation. libpq reads the PG names.

    The address is plain, so that tasks of a restored database differ from those of the lost one, and are started.
    """
    return {
        "DATABASE_TYPE": "postgresql",
        "DATABASE_HOST": database.host,
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.name,
        "DATABASE_USER": SecretKey("database", "username"),
        "DATABASE_PASSWORD": SecretKey("database", "password"),
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": CERTIFICATE,
        "PGAPPNAME": _session_name(settings),
        # Three pools per task, 28 connections at most: four tasks fit an Aurora of at most 1 ACU, ten one of 2.
        "DATABASE_POOL_SIZE": "8",
        "DATABASE_POOL_MAX_OVERFLOW": "4",
        "PGVECTOR_POOL_SIZE": "4",
        "PGVECTOR_POOL_MAX_OVERFLOW": "0",
        "VECTOR_DB": "pgvector",
        "PGVECTOR_CREATE_EXTENSION": "false",  # needs the master user: the database's custom resource made it
        "PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH": str(settings.embedding.dimensions),
    }


def _sign_in(provider: OpenIdProvider | None, *, origin: str, admin_email: str | None) -> dict[str, Value]:
    """The first administrator is always made here: otherwise whoever signs in first is one, whatever the group."""
    common: dict[str, Value] = {
        "WEBUI_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "ENABLE_SIGNUP": "false",
        "DEFAULT_USER_ROLE": "pending",
    }
    if provider is None:
        if admin_email is None:
            raise ValueError(
                "admin_email is missing, and nobody could sign in by password; give the administrator's address"
            )
        return common | {"WEBUI_ADMIN_EMAIL": admin_email, "ENABLE_PASSWORD_AUTH": "true"}
    return common | {
        "WEBUI_ADMIN_EMAIL": NOBODY,
        "ENABLE_PASSWORD_AUTH": "false",
        "ENABLE_LOGIN_FORM": "false",
        "OPENID_PROVIDER_URL": provider.discovery_url,
        "OPENID_REDIRECT_URI": f"{origin}{CALLBACK_PATH}",  # behind CloudFront requests arrive as http
        "OPENID_END_SESSION_ENDPOINT": provider.sign_out_url,
        "OAUTH_CLIENT_ID": provider.client_id,
        "OAUTH_CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH_AUTO_REDIRECT": "true",  # there is nothing else to click on
        "OAUTH_CODE_CHALLENGE_METHOD": "S256",
        "OAUTH_SCOPES": "openid email profile",
        "OAUTH_USERNAME_CLAIM": "email",
        "ENABLE_OAUTH_SIGNUP": "true",
        "ENABLE_OAUTH_ROLE_MANAGEMENT": "true",
        "OAUTH_ROLES_CLAIM": "cognito:groups",
        "OAUTH_ALLOWED_ROLES": "Users,Admins",
        "OAUTH_ADMIN_ROLES": "Admins",
        "OAUTH_MERGE_ACCOUNTS_BY_EMAIL": flag(provider.merge_by_email),
    }


def _models(settings: ApplicationSettings, litellm_url: str | None) -> dict[str, Value]:
    """Lists by position: LiteLLM first, then the others; the start command joins keys that stand in two secrets."""
    urls = (() if litellm_url is None else (litellm_url,)) + settings.openai_urls
    variables: dict[str, Value] = {
        "ENABLE_OPENAI_API": flag(bool(urls)),
        "ENABLE_OLLAMA_API": flag(bool(settings.ollama_urls)),
        # Else each model is the administrators' alone until one of them grants it.
        "BYPASS_MODEL_ACCESS_CONTROL": flag(settings.model_access == "everybody"),
    }
    if urls:
        variables["OPENAI_API_BASE_URLS"] = ";".join(urls)
    if litellm_url is not None:
        variables["OPENAI_API_KEY"] = LITELLM_KEY
    if settings.openai_urls:
        variables["OPENAI_API_KEYS"] = OPENAI_API_KEYS
    if settings.ollama_urls:
        variables["OLLAMA_BASE_URLS"] = ";".join(settings.ollama_urls)
    return variables


def _embedding(settings: ApplicationSettings, litellm_url: str | None) -> dict[str, Value]:
    """An engine is always named: without one a model is loaded into the task at start."""
    embedding = settings.embedding
    variables: dict[str, Value] = {
        "RAG_EMBEDDING_ENGINE": embedding.engine,
        "RAG_EMBEDDING_MODEL": embedding.model,
    }
    if embedding.engine == "ollama":
        url = embedding.url or next(iter(settings.ollama_urls), None)
        return variables | ({"RAG_OLLAMA_BASE_URL": url} if url else {})
    if embedding.url is None and litellm_url is not None:
        return variables | {"RAG_OPENAI_API_BASE_URL": litellm_url, "RAG_OPENAI_API_KEY": LITELLM_KEY}
    url = embedding.url or next(iter(settings.openai_urls), None)
    return (
        variables
        | ({"RAG_OPENAI_API_BASE_URL": url} if url else {})
        | {"RAG_OPENAI_API_KEY": EMBEDDING_API_KEY}
    )


def _cache() -> dict[str, Value]:
    """REDIS_URL alone shares no events between tasks: WEBSOCKET_MANAGER does."""
    return {
        "REDIS_URL": SecretKey("cache", "url"),
        "REDIS_CLUSTER": "true",
        "REDIS_SOCKET_CONNECT_TIMEOUT": "5",  # REDIS_SOCKET_TIMEOUT would end every idle subscription
        "REDIS_SOCKET_KEEPALIVE": "true",
        "REDIS_HEALTH_CHECK_INTERVAL": "60",
        "WEBSOCKET_MANAGER": "redis",
        "WEBSOCKET_REDIS_CLUSTER": "true",
    }


def _uploads(uploads: Uploads) -> dict[str, Value]:
    return {
        "STORAGE_PROVIDER": "s3",
        "S3_BUCKET_NAME": uploads.bucket,
        "S3_REGION_NAME": uploads.region,
        "S3_KEY_PREFIX": UPLOADS_PREFIX,
        "STORAGE_LOCAL_CACHE": "false",
    }
