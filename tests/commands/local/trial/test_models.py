"""Which models a trial talks to, and the keys that go with them."""

import json
from pathlib import Path

from commands.local.place import Place
from commands.local.trial.models import Models, models, silent


def chosen(
    folder: Path,
    *,
    openai_url: str | None = None,
    openai_key: str | None = None,
    ollama_url: str | None = None,
) -> Models:
    place = Place(state=folder)
    place.models.write_text(json.dumps({"port": 8444, "key": "of-the-echo"}))
    return models(place, openai_url=openai_url, openai_key=openai_key, ollama_url=ollama_url)


def test_echo_is_what_answers_where_nothing_is_named(tmp_path: Path) -> None:
    found = chosen(tmp_path, openai_key="of the user, for something else")
    assert found.openai_urls == ("http://localhost:8444/v1",)
    assert found.secret == {"openai_api_keys": "of-the-echo", "embedding_api_key": "of-the-echo"}
    assert not found.named


def test_key_of_the_user_goes_to_the_models_of_the_user_alone(tmp_path: Path) -> None:
    found = chosen(tmp_path, openai_url="https://api.example.com/v1", openai_key="secret")
    assert found.openai_urls == ("https://api.example.com/v1",)
    assert found.secret == {"openai_api_keys": "secret", "embedding_api_key": "of-the-echo"}


def test_ollama_needs_no_key(tmp_path: Path) -> None:
    found = chosen(tmp_path, ollama_url="http://localhost:11434")
    assert (found.openai_urls, found.ollama_urls) == ((), ("http://localhost:11434",))
    assert found.secret["openai_api_keys"] == ""


def test_models_that_do_not_answer_are_a_warning_each(tmp_path: Path) -> None:
    dead = "http://127.0.0.1:9"
    reasons = list(silent(chosen(tmp_path, openai_url=f"{dead}/v1", ollama_url=dead)))
    assert [reason.split()[0] for reason in reasons] == [f"{dead}/v1/models", f"{dead}/api/tags"]
    assert all("refused" in reason for reason in reasons)


def test_the_echo_is_not_asked(tmp_path: Path) -> None:
    assert list(silent(chosen(tmp_path))) == []
