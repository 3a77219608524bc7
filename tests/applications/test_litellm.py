"""How LiteLLM is set up."""

import json
from pathlib import Path

import pytest

from applications import litellm
from settings.litellm import BedrockModel, LiteLLMSettings

READ = set(Path(__file__).with_name("litellm-1.104.0.txt").read_text().split())
"""Made by list_variables.py from the wheel."""
READ_BY_THE_SYSTEM = {"HOME", "XDG_CACHE_HOME"}
SETTINGS = LiteLLMSettings(
    models=(
        BedrockModel(name="sonnet", model_id="eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        BedrockModel(name="titan", model_id="amazon.titan-embed-text-v2:0", embedding=True),
    )
)


def test_every_variable_is_one_that_the_pinned_version_reads() -> None:
    assert litellm.environment().variables.keys() - READ <= READ_BY_THE_SYSTEM


def test_the_list_of_names_is_of_the_pinned_version() -> None:
    assert SETTINGS.image_tag == "v1.104.0"


@pytest.mark.row("F6")
def test_the_file_offers_the_named_models_alone() -> None:
    listed = json.loads(litellm.configuration(SETTINGS))["model_list"]
    assert {model["model_name"]: model["litellm_params"]["model"] for model in listed} == {
        "sonnet": "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "titan": "bedrock/amazon.titan-embed-text-v2:0",
    }


def test_a_model_for_embeddings_says_so() -> None:
    listed = json.loads(litellm.configuration(SETTINGS))["model_list"]
    assert [model.get("model_info") for model in listed] == [None, {"mode": "embedding"}]


@pytest.mark.row("C4")
def test_the_file_names_the_key_and_does_not_hold_it() -> None:
    assert json.loads(litellm.configuration(SETTINGS))["general_settings"] == {
        "master_key": "os.environ/LITELLM_MASTER_KEY"
    }
    assert litellm.environment().secret["LITELLM_MASTER_KEY"] == litellm.MASTER_KEY


def test_the_file_is_written_before_the_proxy_starts() -> None:
    prepare, proxy = litellm.containers(SETTINGS)
    assert prepare.before_seconds is not None
    assert prepare.command is not None
    assert proxy.command is not None
    assert proxy.command[1] in prepare.command[0]


def test_the_proxy_runs_as_the_user_of_its_image() -> None:
    assert litellm.containers(SETTINGS)[1].user is None


def test_both_containers_run_the_image_of_the_digest() -> None:
    digest = "sha256:" + "0f" * 32
    pinned = SETTINGS.model_copy(update={"image_digest": digest})
    assert {container.image for container in litellm.containers(pinned)} == {
        f"ghcr.io/berriai/litellm-non_root@{digest}"
    }


def test_the_health_check_calls_no_model() -> None:
    health = litellm.containers(SETTINGS)[1].health
    assert health is not None
    assert "/health/liveliness" in health.command[-1]
