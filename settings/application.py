"""Open WebUI itself, wherever it runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.caution import Caution
from settings.inline_secrets import SECRET_WORDS
from settings.known_variables import READ_BY_OTHERS, known_variables
from settings.litellm import LiteLLMSettings
from settings.model import Model, Refusal
from settings.operated import Operated
from settings.problems import nearest, shown
from settings.reserved_variables import HARMFUL, SET_BY_DEPLOYMENT
from settings.text import Url
from settings.versions import OPEN_WEBUI

IMAGE_TAG = r"^v?\d+\.\d+\.\d+(-slim)?$"
VARIABLE = r"^[A-Z][A-Z0-9_]{1,127}$"
MOST_BACK_ENDS = 20


def _ours_or_secret(name: str) -> str:
    if name in SET_BY_DEPLOYMENT:
        setting = SET_BY_DEPLOYMENT[name]
        raise ValueError(
            f"{name} is set by the deployment itself; take it out{f' and use {setting}' if setting else ''}"
        )
    if name in HARMFUL:
        raise ValueError(f"{name} {HARMFUL[name]}; take it out")
    if any(word in name for word in SECRET_WORDS):
        raise ValueError(
            f"{name} looks like a secret, and this file and the template can be read; take it out"
        )
    return name


VariableName = Annotated[
    str, Field(pattern=VARIABLE, examples=["ENABLE_WEB_SEARCH"]), AfterValidator(_ours_or_secret)
]


class EmbeddingSettings(Model):
    """Who turns documents into vectors."""

    engine: Literal["openai", "ollama"] = "openai"
    """Protocol of the service."""
    model: Annotated[str, Field(pattern=r"^\S+$", max_length=256, examples=["titan-embed"])] = (
        "text-embedding-3-small"
    )
    """Its model; changing it later makes stored vectors useless."""
    url: Url | None = None
    """Its address. Left out: LiteLLM where there is one, else the first of `openai_urls` or `ollama_urls`."""
    dimensions: Annotated[int, Field(ge=64, le=2000)] = 1536
    """Length of a vector; create-only: Open WebUI does not start with another one later."""


class ApplicationSettings(Model):
    """Image, model back ends and what users meet."""

    image_tag: Annotated[
        str,
        Field(pattern=IMAGE_TAG, max_length=40, examples=[OPEN_WEBUI]),
        Operated(
            parameter="ImageTag",
            group="Application",
            label="Version of Open WebUI",
            pattern=IMAGE_TAG,
            constraint="must be an exact version such as v0.12.4-slim; tags that move are refused",
        ),
    ] = OPEN_WEBUI
    """Exact version of the image; a change takes a database snapshot, then stops the old version first."""
    image_digest: (
        Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", examples=["sha256:" + "0f" * 32])] | None
    ) = None
    """Digest of the image, which then wins over what the tag points to; `image_tag` must name the same
    version, and is no parameter."""
    registry: (
        Annotated[
            str,
            Field(
                pattern=r"^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(/[a-z0-9][a-z0-9._-]*)*$",
                max_length=200,
                examples=["123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror"],
            ),
        ]
        | None
    ) = None
    """Prefix of a mirror registry, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror`.

    Left out: the public registries."""
    name: Annotated[str, Field(pattern=r"^[^\s\pC]+( [^\s\pC]+)*$", max_length=60, examples=["Chat"])] = (
        "Open WebUI"
    )
    """Name on the pages; the application appends " (Open WebUI)" to another one."""
    openai_urls: Annotated[tuple[Url, ...], Field(max_length=MOST_BACK_ENDS)] = ()
    """OpenAI-compatible back ends; their keys stand in the secret that the output `ModelKeysSecret` names, in
    the same order."""
    ollama_urls: Annotated[tuple[Url, ...], Field(max_length=MOST_BACK_ENDS)] = ()
    """Ollama back ends."""
    litellm: LiteLLMSettings | None = None
    """Models of Amazon Bedrock through LiteLLM. Left out: none."""
    model_access: Literal["everybody", "granted"] = "everybody"
    """Who meets the models: `everybody` who signs in, or those to whom an administrator `granted` each one."""
    embedding: EmbeddingSettings = EmbeddingSettings()
    """Embeddings for uploaded documents."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severe message that is logged."""
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    """Hours until a person signs in again."""
    environment: Annotated[
        dict[VariableName, Annotated[str, Field(max_length=4096)]], Field(max_length=50)
    ] = Field(default_factory=dict)
    """More variables that Open WebUI reads; those that the deployment sets itself and secrets are refused."""

    def unknown_variables(self, *, packages: Path) -> Iterator[Caution]:
        """Names in `environment` that this version does not read; none where nobody knows what it reads.

        packages: see `known_variables`.
        """
        version = self.image_tag.removeprefix("v").removesuffix("-slim")
        known = known_variables(version, packages=packages) if self.environment else None
        if known is None:
            return
        for name in sorted(self.environment.keys() - known):
            if not name.startswith(tuple(READ_BY_OTHERS)):
                meant = nearest(name, sorted(known))
                remedy = f"did you mean {meant}?" if meant else "look the name up in its documentation"
                yield Caution(
                    ("environment", name), f"Open WebUI {version} does not read this variable; {remedy}"
                )

    def refusals(self) -> Iterator[Refusal]:
        for name in ("openai_urls", "ollama_urls"):
            urls = getattr(self, name)
            for url in sorted({url for url in urls if urls.count(url) > 1}):
                yield Refusal(f"{shown(url)} stands twice; name each back end once", name)
        embedding, litellm = self.embedding, self.litellm
        if embedding.url is not None:
            return
        if embedding.engine == "ollama" and not self.ollama_urls:
            message = "is ollama, and neither embedding.url nor ollama_urls says where; give one of them"
            yield Refusal(message, "embedding.engine", "embedding.url", "ollama_urls")
        if litellm is not None and embedding.engine == "openai":
            names = [model.name for model in litellm.models if model.embedding]
            if not names:
                message = (
                    "no model has `embedding: true`, and nobody could upload a document; "
                    "add one and name it in embedding.model, or give embedding.url"
                )
                yield Refusal(message, "litellm.models", "embedding.url", "embedding.engine")
            elif embedding.model not in names:
                remedy = f"use {' or '.join(names)}, or give embedding.url"
                message = f"{shown(embedding.model)} is not an embedding model of litellm.models; {remedy}"
                yield Refusal(message, "embedding.model", "embedding.url", "embedding.engine", "litellm")
