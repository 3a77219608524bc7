"""What Open WebUI is told, and how its containers start."""

from itertools import product
from pathlib import Path
from typing import Literal

import pytest

from applications import open_webui
from applications.container import Container
from applications.environment import Environment, SecretKey
from applications.open_webui_environment import DatabaseAddress, OpenIdProvider, Uploads, environment
from commands.assembly import templates
from settings.application import ApplicationSettings, EmbeddingSettings
from settings.known_variables import known_variables, variables_of
from settings.reserved_variables import HARMFUL, SET_BY_DEPLOYMENT
from tests.conftest import OPEN_WEBUI, VARIANTS

ROOT = Path(__file__).parents[2]
VERSION = "0.12.4"
READ = known_variables(VERSION, packages=ROOT / "nowhere") or frozenset()
"""The committed list, made by list_variables.py from the wheel."""
INSTALLED = sorted((ROOT / ".venv-open-webui").glob(f"{VERSION}/lib/python*/site-packages/open_webui"))
"""The package itself, where `make try` has been."""
READ_BY_LIBPQ = {"PGSSLMODE", "PGSSLROOTCERT", "PGAPPNAME"}
READ_BY_UVICORN = {"UVICORN_TIMEOUT_KEEP_ALIVE"}
"""`click.command(context_settings={"auto_envvar_prefix": "UVICORN"})` in uvicorn/main.py of 0.54.0, which the image's
requirements-slim.txt pins; start.sh runs `python -m uvicorn` without `--timeout-keep-alive`."""
READ_BY_PREPARE = {"RDS_CA_PEM"}
"""assets/ecs/prepare.py, which writes it to the file that PGSSLROOTCERT names."""
ORIGIN = "https://chat.example.com"
IDLE_TIMEOUT_SECONDS = 3600
DATABASE = DatabaseAddress(host="db.example.com", port=5432, name="openwebui")
LITELLM_URL = "http://litellm.chat.internal:4000/v1"
PROVIDER = OpenIdProvider(
    discovery_url="https://idp.example.com/.well-known/openid-configuration",
    client_id="client",
    sign_out_url="https://idp.example.com/logout",
)


def made(
    settings: ApplicationSettings | None = None,
    *,
    secure: bool = True,
    cached: bool = False,
    provider: OpenIdProvider | None = PROVIDER,
    litellm_url: str | None = None,
    uploads: Uploads | None = None,
) -> Environment:
    return environment(
        settings or ApplicationSettings(),
        origin=ORIGIN if secure else "http://chat.example.com",
        secure=secure,
        cached=cached,
        idle_timeout_seconds=IDLE_TIMEOUT_SECONDS,
        database=DATABASE,
        provider=provider,
        admin_email=None if provider else "admin@example.com",
        litellm_url=litellm_url,
        uploads=uploads,
    )


def everything() -> list[Environment]:
    """Each way to make an environment."""
    url = ("https://models.example.com/v1",)
    settings = [
        ApplicationSettings(
            openai_urls=openai, ollama_urls=ollama, embedding=EmbeddingSettings(engine=engine)
        )
        for openai, ollama, engine in product(((), url), ((), url), ("openai", "ollama"))
        if ollama or engine == "openai"
    ]
    return [
        made(one, cached=cached, provider=provider, litellm_url=litellm, uploads=uploads)
        for one, cached, provider, litellm, uploads in product(
            settings,
            (False, True),
            (None, PROVIDER),
            (None, LITELLM_URL),
            (None, Uploads(bucket="b", region="r")),
        )
    ]


def containers(variables: Environment) -> tuple[Container, Container]:
    return open_webui.containers(ApplicationSettings(), environment=variables, certificate_pem="PEM")


@pytest.mark.row("F9")
def test_every_variable_is_one_that_the_pinned_version_reads() -> None:
    names = {name for variables in everything() for name in variables.variables}
    assert names - READ == READ_BY_LIBPQ | READ_BY_UVICORN


def variables_in_templates(folder: Path, names: list[str]) -> set[str]:
    """What the tasks of Open WebUI get, whoever added it on the way."""
    tasks = [
        resource["Properties"]["ContainerDefinitions"]
        for name in names
        for template in templates(folder, name)
        for resource in template.resources.values()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    ]
    return {
        variable["Name"]
        for containers in tasks
        if any(container["Name"] == "open-webui" for container in containers)
        for container in containers
        for kind in ("Environment", "Secrets")
        for variable in container.get(kind, [])
    }


@pytest.mark.row("F9")
def test_every_variable_in_the_templates_is_one_that_somebody_reads(assembly: Path, variants: Path) -> None:
    names = variables_in_templates(assembly, OPEN_WEBUI) | variables_in_templates(variants, VARIANTS)
    assert names - READ == READ_BY_LIBPQ | READ_BY_UVICORN | READ_BY_PREPARE


@pytest.mark.row("F9")
def test_the_list_of_names_is_of_the_pinned_version() -> None:
    assert ApplicationSettings().image_tag == f"v{VERSION}-slim"


@pytest.mark.row("F9")
@pytest.mark.skipif(not INSTALLED, reason="Open WebUI is not installed; `make try` does it")
def test_the_list_of_names_is_what_the_installed_package_reads() -> None:
    assert variables_of(INSTALLED[0]) == READ


def test_the_names_that_a_file_may_not_set_are_those_that_are_set() -> None:
    assert {name for variables in everything() for name in variables.variables} == SET_BY_DEPLOYMENT.keys()


def test_nothing_that_does_harm_is_set() -> None:
    assert not {name for variables in everything() for name in variables.variables} & HARMFUL.keys()


def test_another_variable_of_the_file_is_set() -> None:
    assert made(ApplicationSettings(environment={"ENABLE_NOTES": "false"})).plain["ENABLE_NOTES"] == "false"


@pytest.mark.row("C4")
def test_no_secret_is_a_plain_value() -> None:
    words = ("PASSWORD", "SECRET", "API_KEY", "REDIS_URL", "ENCRYPTION_KEY")
    plain = {name for variables in everything() for name in variables.plain}
    assert {name for name in plain if any(word in name for word in words)} == {"ENABLE_PASSWORD_AUTH"}


def test_a_secret_key_has_no_text() -> None:
    with pytest.raises(TypeError, match="has no value here"):
        f"{SecretKey('database', 'password')}"


@pytest.mark.row("F9")
def test_the_callback_is_on_the_public_origin_even_if_requests_arrive_as_http() -> None:
    assert made().plain["OPENID_REDIRECT_URI"] == f"{ORIGIN}/oauth/oidc/callback"


@pytest.mark.row("F9")
@pytest.mark.parametrize("name", ["WEBUI_URL", "CORS_ALLOW_ORIGIN"])
def test_only_the_public_origin_is_trusted(name: str) -> None:
    assert made().plain[name] == ORIGIN


@pytest.mark.row("F9")
@pytest.mark.parametrize("name", ["WEBUI_SESSION_COOKIE_SECURE", "WEBUI_AUTH_COOKIE_SECURE"])
def test_cookies_are_secure_with_https_alone(name: str) -> None:
    assert (made().plain[name], made(secure=False, provider=None).plain[name]) == ("true", "false")


@pytest.mark.row("F3")
def test_the_server_keeps_idle_connections_longer_than_the_load_balancer() -> None:
    assert int(made().plain["UVICORN_TIMEOUT_KEEP_ALIVE"]) > IDLE_TIMEOUT_SECONDS


@pytest.mark.row("F4")
def test_with_a_provider_nobody_signs_in_by_password() -> None:
    plain = made().plain
    assert (plain["ENABLE_PASSWORD_AUTH"], plain["ENABLE_SIGNUP"]) == ("false", "false")


@pytest.mark.row("F4")
def test_the_first_administrator_has_an_address_that_nobody_can_own() -> None:
    assert made().plain["WEBUI_ADMIN_EMAIL"].endswith(".invalid")


@pytest.mark.row("F4")
def test_groups_decide_roles() -> None:
    plain = made().plain
    assert plain["ENABLE_OAUTH_ROLE_MANAGEMENT"] == "true"
    assert plain["OAUTH_ROLES_CLAIM"] == "cognito:groups"
    assert (plain["OAUTH_ADMIN_ROLES"], plain["OAUTH_ALLOWED_ROLES"]) == ("Admins", "Users,Admins")


@pytest.mark.row("C7")
def test_a_standby_merges_accounts_by_address() -> None:
    standby = OpenIdProvider(discovery_url="d", client_id="c", sign_out_url="s", merge_by_email=True)
    assert made(provider=standby).plain["OAUTH_MERGE_ACCOUNTS_BY_EMAIL"] == "true"
    assert made().plain["OAUTH_MERGE_ACCOUNTS_BY_EMAIL"] == "false"


def test_sign_in_by_password_needs_an_administrator() -> None:
    with pytest.raises(ValueError, match="admin_email is missing"):
        environment(
            ApplicationSettings(),
            origin=ORIGIN,
            secure=True,
            cached=False,
            idle_timeout_seconds=IDLE_TIMEOUT_SECONDS,
            database=DATABASE,
            provider=None,
        )


def test_by_password_the_administrator_has_the_address_of_the_file() -> None:
    plain = made(provider=None).plain
    assert (plain["WEBUI_ADMIN_EMAIL"], plain["ENABLE_PASSWORD_AUTH"]) == ("admin@example.com", "true")


@pytest.mark.row("F5")
def test_events_cross_tasks_through_the_cache() -> None:
    plain = made(cached=True).plain
    assert plain["WEBSOCKET_MANAGER"] == "redis"
    assert (plain["REDIS_CLUSTER"], plain["WEBSOCKET_REDIS_CLUSTER"]) == ("true", "true")


def test_without_a_cache_no_task_looks_for_one() -> None:
    assert not [name for name in made().variables if "REDIS" in name]


@pytest.mark.row("C3")
def test_the_database_connection_is_verified() -> None:
    plain = made().plain
    assert plain["PGSSLMODE"] == "verify-full"
    assert plain["PGSSLROOTCERT"] in {
        f"{mount.path}/rds.pem" for container in containers(made()) for mount in container.mounts
    }


def test_the_session_names_the_version_to_the_database() -> None:
    assert made().plain["PGAPPNAME"] == "open-webui/v0.12.4-slim"


def test_another_digest_of_the_same_tag_is_another_version_to_the_database() -> None:
    names = {
        made(ApplicationSettings(image_digest=f"sha256:{digit * 64}")).plain["PGAPPNAME"] for digit in "ab"
    }
    assert names == {"open-webui/v0.12.4-slim@aaaaaaaaaaaa", "open-webui/v0.12.4-slim@bbbbbbbbbbbb"}


@pytest.mark.parametrize(("access", "bypassed"), [("everybody", "true"), ("granted", "false")])
def test_models_are_everybodys_unless_each_is_to_be_granted(
    access: Literal["everybody", "granted"], bypassed: str
) -> None:
    variables = made(ApplicationSettings(model_access=access)).plain
    assert variables["BYPASS_MODEL_ACCESS_CONTROL"] == bypassed


@pytest.mark.row("F6")
def test_litellm_comes_before_other_back_ends() -> None:
    settings = ApplicationSettings(openai_urls=("https://a.example.com", "https://b.example.com"))
    urls = made(settings, litellm_url=LITELLM_URL).plain["OPENAI_API_BASE_URLS"]
    assert urls == f"{LITELLM_URL};https://a.example.com;https://b.example.com"


@pytest.mark.row("F6")
def test_keys_of_two_secrets_are_joined_where_the_container_starts() -> None:
    both = made(ApplicationSettings(openai_urls=("https://a.example.com",)), litellm_url=LITELLM_URL)
    command = containers(both)[1].command
    assert command is not None
    assert 'OPENAI_API_KEYS="$OPENAI_API_KEY;$OPENAI_API_KEYS"' in command[-1]


@pytest.mark.parametrize("litellm_url", [None, LITELLM_URL])
def test_keys_of_one_secret_need_no_command(litellm_url: str | None) -> None:
    assert containers(made(litellm_url=litellm_url))[1].command is None


@pytest.mark.row("F6")
def test_an_embedding_engine_is_always_named() -> None:
    assert all(variables.plain["RAG_EMBEDDING_ENGINE"] for variables in everything())


def test_embeddings_go_through_litellm_with_its_key() -> None:
    variables = made(litellm_url=LITELLM_URL)
    assert variables.plain["RAG_OPENAI_API_BASE_URL"] == LITELLM_URL
    assert variables.secret["RAG_OPENAI_API_KEY"].secret == "litellm"


def test_an_embedding_address_of_its_own_has_its_own_key() -> None:
    settings = ApplicationSettings(embedding=EmbeddingSettings(url="https://e.example.com/v1"))
    variables = made(settings, litellm_url=LITELLM_URL)
    assert variables.plain["RAG_OPENAI_API_BASE_URL"] == "https://e.example.com/v1"
    assert variables.secret["RAG_OPENAI_API_KEY"] == SecretKey("model-keys", "embedding_api_key")


@pytest.mark.row("F6")
def test_the_application_never_migrates_and_waits_for_the_container_that_does() -> None:
    prepare, application = containers(made())
    assert application.environment.plain["ENABLE_DB_MIGRATIONS"] == "false"
    assert prepare.before_seconds is not None
    assert application.before_seconds is None


def test_the_migration_waits_less_than_ecs_waits_for_it() -> None:
    assert open_webui.PREPARE_SECONDS <= 120
    assert 'os.environ.get("WAIT_SECONDS", "90")' in open_webui.PREPARE.read_text()


def test_the_migration_gets_no_secret_that_it_does_not_need() -> None:
    prepare, _ = containers(made(cached=True))
    assert prepare.environment.secrets == {"database", "session-key"}


def test_all_that_is_written_is_mounted() -> None:
    variables, (_, application) = made(), containers(made())
    writable = {mount.path for mount in application.mounts if not mount.read_only}
    assert writable == {variables.plain["DATA_DIR"], variables.plain["STATIC_DIR"], "/tmp"}


def test_static_files_are_not_shared_between_tasks() -> None:
    _, application = containers(made())
    assert [mount.path for mount in application.mounts if mount.volume == open_webui.FILES] == [
        open_webui.DATA_DIR
    ]


@pytest.mark.parametrize(
    ("settings", "image"),
    [
        (ApplicationSettings(), "ghcr.io/open-webui/open-webui:v0.12.4-slim"),
        (
            ApplicationSettings(registry="mirror.example.com/hub"),
            "mirror.example.com/hub/open-webui/open-webui:v0.12.4-slim",
        ),
        (
            ApplicationSettings(image_digest=f"sha256:{'a' * 64}"),
            f"ghcr.io/open-webui/open-webui@sha256:{'a' * 64}",
        ),
    ],
    ids=["tag", "mirror", "digest"],
)
@pytest.mark.row("F6")
def test_the_image_is_pinned(settings: ApplicationSettings, image: str) -> None:
    assert open_webui.image(settings) == image
