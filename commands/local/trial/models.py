"""Which models a trial talks to: the echo of the embedded AWS, or those that the user names."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from commands.local.place import Place

OPENAI_URL, OPENAI_KEY, OLLAMA_URL = "OPENAI_API_BASE_URL", "OPENAI_API_KEY", "OLLAMA_BASE_URL"
"""Variables of the environment, or of make, with which the user names other models."""

SECONDS_TO_ANSWER = 5


@dataclass(frozen=True, kw_only=True)
class Models:
    """Back ends with their keys. `named`: the user's own, and only documents go to the echo."""

    openai_urls: tuple[str, ...]
    openai_keys: tuple[str, ...]
    ollama_urls: tuple[str, ...]
    embedding_url: str
    embedding_key: str
    named: bool

    @property
    def secret(self) -> dict[str, str]:
        """What a person would put into the deployment's secret of model keys."""
        return {"openai_api_keys": ";".join(self.openai_keys), "embedding_api_key": self.embedding_key}


def silent(chosen: Models) -> Iterator[str]:
    """Why a back end that the user named will give no models: each is asked for its list."""
    asked = [
        (f"{url.rstrip('/')}/models", key)
        for url, key in zip(chosen.openai_urls, chosen.openai_keys, strict=True)
    ]
    asked += [(f"{url.rstrip('/')}/api/tags", "") for url in chosen.ollama_urls]
    for url, key in asked if chosen.named else ():
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})  # noqa: S310 - http(s) was checked
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER):  # noqa: S310
                continue
        except (OSError, ValueError) as error:  # a refusal by status is one as well
            yield f"{url} does not answer ({getattr(error, 'reason', None) or error}); its models will be missing"


def models(place: Place, *, openai_url: str | None, openai_key: str | None, ollama_url: str | None) -> Models:
    """The user's models, or the echo where none is named; the emulator of the place must run."""
    echo = json.loads(place.models.read_text())
    echo_url, echo_key = f"http://localhost:{echo['port']}/v1", echo["key"]
    named = bool(openai_url or ollama_url)
    return Models(
        openai_urls=(openai_url,) if openai_url else () if named else (echo_url,),
        openai_keys=(openai_key or "",) if openai_url else () if named else (echo_key,),
        ollama_urls=(ollama_url,) if ollama_url else (),
        embedding_url=echo_url,
        embedding_key=echo_key,
        named=named,
    )
