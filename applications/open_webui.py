"""Open WebUI's containers: the same on Fargate and on Kubernetes."""

from pathlib import Path

from applications.container import TMP, Container, HealthCheck, Mount
from applications.environment import Environment
from applications.image import reference
from settings.application import ApplicationSettings
from settings.versions import OPEN_WEBUI_REPOSITORY

PORT = 8080
HEALTH_PATH = "/health"  # not /ready: it fails with Redis and would take every task out
CALLBACK_PATH = "/oauth/oidc/callback"
SIGN_OUT_PATH = "/auth"
DATABASE_NAME = "openwebui"
CONTAINER = "open-webui"

# Folders that the image does not have: what it has under /app/backend/data (caches made at build) stays readable,
# and no container runtime tries to copy owners into an NFS volume.
HOME = "/var/lib/open-webui"
DATA_DIR = f"{HOME}/data"
STATIC_DIR = f"{HOME}/static"
CERTIFICATE = f"{HOME}/certificates/rds.pem"

FILES_PATH = "/open-webui"
"""Of the files, from the root of the file system."""
FILES = "files"
"""The volume that tasks share."""
_TMP = Mount(volume="tmp", path=TMP)
_CERTIFICATES = "certificates"

PREPARE = Path(__file__).parents[1] / "assets" / "ecs" / "prepare.py"
PREPARE_SECONDS = 120  # the most that ECS on Fargate lets a container wait for another
PREPARE_READS = (
    "DATABASE_TYPE",
    "DATABASE_HOST",
    "DATABASE_PORT",
    "DATABASE_NAME",
    "DATABASE_USER",
    "DATABASE_PASSWORD",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGAPPNAME",
    "ENV",
    "WEBUI_SECRET_KEY",
    "VECTOR_DB",
    "GLOBAL_LOG_LEVEL",
    "LOG_FORMAT",
)
"""What the migration needs: `import open_webui.config` refuses to run without a session key."""

_JOIN_KEYS = 'export OPENAI_API_KEYS="$OPENAI_API_KEY;$OPENAI_API_KEYS"; exec bash start.sh'
_HEALTH = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}{HEALTH_PATH}', timeout=8)"


def image(settings: ApplicationSettings) -> str:
    """The image's full reference."""
    return reference(
        OPEN_WEBUI_REPOSITORY,
        tag=settings.image_tag,
        digest=settings.image_digest,
        registry=settings.registry,
    )


def containers(
    settings: ApplicationSettings, *, environment: Environment, certificate_pem: str
) -> tuple[Container, Container]:
    """`prepare`, which migrates alone and ends, and `open-webui`, which starts when that succeeded.

    certificate_pem: the authority that signs the database's certificate; it is in no image.
    """
    prepare = Container(
        name="prepare",
        image=image(settings),
        command=("python", "-c", PREPARE.read_text()),
        environment=environment.only(PREPARE_READS)
        | {"RDS_CA_PEM": certificate_pem, "DATA_DIR": f"{TMP}/data", "STATIC_DIR": f"{TMP}/static"},
        mounts=(_TMP, Mount(volume=_CERTIFICATES, path=str(Path(CERTIFICATE).parent))),
        before_seconds=PREPARE_SECONDS,
    )
    application = Container(
        name=CONTAINER,
        image=image(settings),
        command=_command(environment),
        environment=environment,
        port=PORT,
        health=HealthCheck(command=("python", "-c", _HEALTH)),
        mounts=(
            Mount(volume=FILES, path=DATA_DIR),
            Mount(volume="static", path=STATIC_DIR),
            _TMP,
            Mount(volume=_CERTIFICATES, path=str(Path(CERTIFICATE).parent), read_only=True),
        ),
    )
    return prepare, application


def _command(environment: Environment) -> tuple[str, ...] | None:
    """The image's own, unless LiteLLM's key and those of other back ends stand in two secrets: they become one list."""
    if {"OPENAI_API_KEY", "OPENAI_API_KEYS"} <= environment.variables.keys():
        return ("bash", "-c", _JOIN_KEYS)
    return None
