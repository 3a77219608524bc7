"""Variables of AegisAI's services that a file must not give, because the deployment sets them; a test compares them
with what it sets."""

from collections.abc import Collection, Iterator

from settings.model import Refusal

_OF_ALL = {
    "DEBUG": "configuration.debug",
    "LANGSMITH_PROJECT": "configuration.langsmith_project",
    "OPENAI_MODEL": "configuration.openai_model",
    "PINECONE_INDEX": "configuration.pinecone_index",
}
"""What a setting says for all services, and another value may serve one."""
_INSTEAD = {
    "AWS_S3_INPUT_BUCKET": "configuration.input_bucket",
    "AWS_S3_OUTPUT_BUCKET": "configuration.output_bucket",
    "ENVIRONMENT": "environment",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "observability.otlp_endpoint",
    "PORT": "services.NAME.port",
}
_NOBODY = (
    *("DOCKER", "HOME", "OTEL_SERVICE_NAME"),
    *(f"POSTGRES_{part}" for part in ("HOST", "PORT", "DB", "USER", "SSLMODE", "SSLROOTCERT")),
    *(f"REDIS_{part}" for part in ("CLUSTER", "HOST", "PORT", "URL")),
    *(f"{folder}_PATH" for folder in ("STORAGE", "RAW", "PROCESSED", "TRANSCODED")),
)
SET_BY_DEPLOYMENT = frozenset({*_OF_ALL, *_INSTEAD, *_NOBODY})
"""Beside secrets, and the addresses of services."""


def address(service: str) -> str:
    """The variable with the URL of a service."""
    return f"{service.upper().replace('-', '_')}_URL"


def variable_refusals(
    given: Collection[str], field: str, services: Collection[str], *, of_one: bool
) -> Iterator[Refusal]:
    """Variables that are set already.

    field: the setting that gives them. of_one: for one service, which may have another value than all.
    """
    addresses = {address(service) for service in services}
    instead = _INSTEAD if of_one else {**_INSTEAD, **_OF_ALL}
    for name in given:
        if name in instead:
            yield Refusal(f"{name} is what {instead[name]} sets; use that", f"{field}.{name}", field)
        elif name in _NOBODY or name in addresses:
            yield Refusal(f"{name} is set by the deployment; take it out", f"{field}.{name}", field)
