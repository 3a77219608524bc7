"""`application.environment` cannot take the place of what the deployment sets itself."""

from itertools import product

import pytest

from applications.open_webui_environment import DatabaseAddress, OpenIdProvider, Uploads, environment
from settings.application import ApplicationSettings, EmbeddingSettings
from settings.reserved_variables import HARMFUL, SET_BY_DEPLOYMENT


def all_that_is_set() -> set[str]:
    """Every variable of every shape of a deployment."""
    provider = OpenIdProvider(discovery_url="https://x", client_id="x", sign_out_url="https://x")
    found: set[str] = set()
    for engine, who, litellm, cached, uploads in product(
        ("openai", "ollama"),
        (provider, None),
        ("http://litellm:4000/v1", None),
        (True, False),
        (Uploads(bucket="x", region="x"), None),
    ):
        settings = ApplicationSettings(
            openai_urls=("https://api.openai.com/v1",),
            ollama_urls=("http://ollama:11434",),
            embedding=EmbeddingSettings(engine=engine),
        )
        found |= environment(
            settings,
            origin="https://x",
            secure=True,
            cached=cached,
            idle_timeout_seconds=60,
            database=DatabaseAddress(host="x", port=5432, name="x"),
            provider=who,
            admin_email="a@example.com",
            litellm_url=litellm,
            uploads=uploads,
        ).variables.keys()
    return found


@pytest.mark.row("F9")
def test_what_the_deployment_sets_is_reserved_and_nothing_else() -> None:
    assert all_that_is_set() == set(SET_BY_DEPLOYMENT)


def test_harmful_variables_are_not_among_those_that_are_set() -> None:
    assert not set(HARMFUL) & set(SET_BY_DEPLOYMENT)


def test_the_setting_to_use_instead_exists() -> None:
    from settings.fields import place_at  # noqa: PLC0415
    from settings.open_webui import OpenWebUIDeployment  # noqa: PLC0415

    missing = [
        name
        for name in set(SET_BY_DEPLOYMENT.values()) - {""}
        if not place_at(OpenWebUIDeployment, tuple(name.split(".")))
    ]
    assert missing == []
