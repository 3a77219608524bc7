"""LiteLLM in front of Amazon Bedrock: no database, one key, one configuration file."""

import json

from applications.container import TMP, Container, HealthCheck, Mount
from applications.environment import Environment, SecretKey
from applications.image import reference
from settings.litellm import BedrockModel, LiteLLMSettings
from settings.versions import LITELLM_REPOSITORY

PORT = 4000
HEALTH_PATH = "/health/liveliness"  # not /health: it calls every model
HOST = "litellm"
"""Its name in the deployment's private zone."""
MASTER_KEY = SecretKey("litellm", "key")

_ENVIRONMENT_KEY = "LITELLM_MASTER_KEY"
_FOLDER = "/configuration"
_WRITE = f'printf %s "$CONFIGURATION" > {_FOLDER}/config.yaml && chmod 1777 {TMP}'
_TMP = Mount(volume="tmp", path=TMP)
_HEALTH = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}{HEALTH_PATH}', timeout=8)"


def url(domain: str) -> str:
    """The OpenAI-compatible address in a private zone."""
    return f"http://{HOST}.{domain}:{PORT}/v1"


def configuration(settings: LiteLLMSettings) -> str:
    """The configuration file; JSON is YAML."""
    return json.dumps(
        {
            "model_list": [_model(model) for model in settings.models],
            "litellm_settings": {"drop_params": True, "json_logs": True, "request_timeout": 600},
            "general_settings": {"master_key": f"os.environ/{_ENVIRONMENT_KEY}"},
        }
    )


def _model(model: BedrockModel) -> dict[str, object]:
    entry: dict[str, object] = {
        "model_name": model.name,
        "litellm_params": {"model": f"bedrock/{model.model_id}"},
    }
    return entry | ({"model_info": {"mode": "embedding"}} if model.embedding else {})


def environment() -> Environment:
    """Nothing is fetched at start, no page is served, and what is written goes to /tmp."""
    return Environment(
        {
            _ENVIRONMENT_KEY: MASTER_KEY,
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_NON_ROOT": "true",
            "LITELLM_LOCAL_MODEL_COST_MAP": "true",  # else fetched from GitHub at start
            "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "true",
            "DISABLE_SCHEMA_UPDATE": "true",
            "DISABLE_ADMIN_UI": "true",
            "NO_DOCS": "true",
            "JSON_LOGS": "true",
            "HOME": TMP,
            "XDG_CACHE_HOME": f"{TMP}/.cache",
        }
    )


def containers(settings: LiteLLMSettings, *, registry: str | None = None) -> tuple[Container, Container]:
    """`prepare`, which writes the file and opens the volumes to the image's user, and `litellm`.

    registry: a mirror's prefix. Left out: the public registry.
    """
    image = reference(
        LITELLM_REPOSITORY, tag=settings.image_tag, digest=settings.image_digest, registry=registry
    )
    prepare = Container(
        name="prepare",
        image=image,
        entry_point=("sh", "-c"),
        command=(_WRITE,),
        user="0",  # volumes belong to root, and the image's user is nobody
        environment=Environment({"CONFIGURATION": configuration(settings)}),
        mounts=(_TMP, Mount(volume="configuration", path=_FOLDER)),
        before_seconds=60,
    )
    proxy = Container(
        name="litellm",
        image=image,
        command=("--config", f"{_FOLDER}/config.yaml", "--port", str(PORT)),
        environment=environment(),
        port=PORT,
        health=HealthCheck(command=("python", "-c", _HEALTH)),
        mounts=(_TMP, Mount(volume="configuration", path=_FOLDER, read_only=True)),
        stop_timeout_seconds=60,
    )
    return prepare, proxy
