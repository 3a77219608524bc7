"""Variables of Open WebUI that `application.environment` must not give; a test compares them with what the
deployment sets."""

_INSTEAD: dict[str, str] = {
    "application.name": "WEBUI_NAME",
    "application.log_level": "GLOBAL_LOG_LEVEL",
    "application.session_hours": "JWT_EXPIRES_IN",
    "application.openai_urls": "OPENAI_API_BASE_URLS ENABLE_OPENAI_API",
    "application.ollama_urls": "OLLAMA_BASE_URLS ENABLE_OLLAMA_API",
    "application.model_access": "BYPASS_MODEL_ACCESS_CONTROL",
    "application.embedding": """
        RAG_EMBEDDING_ENGINE RAG_EMBEDDING_MODEL RAG_OPENAI_API_BASE_URL RAG_OLLAMA_BASE_URL
        PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH
    """,
    "cache": """
        REDIS_URL REDIS_CLUSTER REDIS_SOCKET_CONNECT_TIMEOUT REDIS_SOCKET_KEEPALIVE
        REDIS_HEALTH_CHECK_INTERVAL WEBSOCKET_MANAGER WEBSOCKET_REDIS_CLUSTER
    """,
    "files.uploads": "STORAGE_PROVIDER S3_BUCKET_NAME S3_REGION_NAME S3_KEY_PREFIX STORAGE_LOCAL_CACHE",
    "load_balancer": "WEBUI_URL CORS_ALLOW_ORIGIN WEBUI_SESSION_COOKIE_SECURE WEBUI_AUTH_COOKIE_SECURE",
    "load_balancer.idle_timeout_seconds": "UVICORN_TIMEOUT_KEEP_ALIVE",
    "sign_in": """
        WEBUI_ADMIN_EMAIL WEBUI_ADMIN_PASSWORD ENABLE_SIGNUP DEFAULT_USER_ROLE ENABLE_PASSWORD_AUTH
        ENABLE_LOGIN_FORM OPENID_PROVIDER_URL OPENID_REDIRECT_URI OPENID_END_SESSION_ENDPOINT
        OAUTH_AUTO_REDIRECT OAUTH_CLIENT_ID OAUTH_CLIENT_SECRET OAUTH_CODE_CHALLENGE_METHOD OAUTH_SCOPES
        OAUTH_USERNAME_CLAIM
        ENABLE_OAUTH_SIGNUP ENABLE_OAUTH_ROLE_MANAGEMENT OAUTH_ROLES_CLAIM OAUTH_ALLOWED_ROLES
        OAUTH_ADMIN_ROLES OAUTH_MERGE_ACCOUNTS_BY_EMAIL
    """,
    "": """
        ENV WEBUI_SECRET_KEY OAUTH_SESSION_TOKEN_ENCRYPTION_KEY OPENAI_API_KEY OPENAI_API_KEYS
        RAG_OPENAI_API_KEY ENABLE_PERSISTENT_CONFIG ENABLE_DB_MIGRATIONS DATA_DIR STATIC_DIR OFFLINE_MODE
        ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS ENABLE_COMMUNITY_SHARING LOG_FORMAT AUDIT_LOG_LEVEL
        ENABLE_AUDIT_STDOUT ENABLE_AUDIT_LOGS_FILE DATABASE_TYPE DATABASE_HOST DATABASE_PORT DATABASE_NAME
        DATABASE_USER DATABASE_PASSWORD PGSSLMODE PGSSLROOTCERT PGAPPNAME DATABASE_POOL_SIZE
        DATABASE_POOL_MAX_OVERFLOW PGVECTOR_POOL_SIZE PGVECTOR_POOL_MAX_OVERFLOW VECTOR_DB
        PGVECTOR_CREATE_EXTENSION
    """,
}
"""The setting to use instead ("": none) → what the deployment sets itself."""

SET_BY_DEPLOYMENT: dict[str, str] = {
    name: setting for setting, names in _INSTEAD.items() for name in names.split()
}

HARMFUL: dict[str, str] = {
    "WEBUI_AUTH": "lets everybody in",
    "WEBUI_AUTH_TRUSTED_EMAIL_HEADER": "trusts every caller",
    "WEBUI_AUTH_TRUSTED_NAME_HEADER": "trusts every caller",
    "WEBUI_AUTH_TRUSTED_GROUPS_HEADER": "trusts every caller",
    "WEBUI_AUTH_TRUSTED_ROLE_HEADER": "trusts every caller",
    "DATABASE_URL": "takes the place of the deployment's database",
    "PGVECTOR_DB_URL": "takes the place of the deployment's database",
    "WEBSOCKET_REDIS_URL": "takes the place of the deployment's cache",
    "OPENAI_API_BASE_URL": "is the old name of application.openai_urls",
    "OLLAMA_BASE_URL": "is the old name of application.ollama_urls",
    "UVICORN_WORKERS": "breaks sessions within a task; raise tasks.max_tasks",
    "PORT": "takes the application away from the load balancer",
    "HOST": "takes the application away from the load balancer",
    "TMPDIR": "leads to a folder that cannot be written",
    "RDS_CA_PEM": "replaces the database's certificate authority",
}
"""What the deployment does not set, and nobody should."""
