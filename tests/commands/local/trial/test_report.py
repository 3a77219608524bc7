"""What `make try` prints at its end."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from commands.local.place import Place
from commands.local.trial import report
from commands.local.trial.models import Models
from commands.local.trial.users import Person

ECHO = Models(
    openai_urls=("http://localhost:8444/v1",),
    openai_keys=("of-the-echo",),
    ollama_urls=(),
    embedding_url="http://localhost:8444/v1",
    embedding_key="of-the-echo",
    named=False,
)
DISTRIBUTION = "https://d0.cloudfront.localhost:8443"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(state=tmp_path)
    made.tasks.mkdir()
    made.edge.write_text('{"https": 8443, "http": 8080}')
    return made


def told(
    place: Place, *, origin: str = DISTRIBUTION, password: str | None = "Pass-1", cached: bool = False
) -> str:
    people = [Person(email="demo-admin@example.com", group="Admins", password=password)]
    console = Console(file=io.StringIO(), width=300)
    closing = report.closing(
        place, origin=origin, people=people, models=ECHO, second_factor=True, cached=cached
    )
    console.print(closing)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_person_gets_address_and_password(place: Place) -> None:
    text = told(place)
    assert DISTRIBUTION in text
    assert "demo-admin@example.com" in text
    assert "Pass-1" in text


def test_password_that_was_told_says_how_to_get_another(place: Place) -> None:
    assert "NEW_PASSWORDS=1" in told(place, password=None)


def test_what_is_real_and_what_is_emulated_is_said(place: Place) -> None:
    text = told(place)
    assert "Real" in text
    assert "Emulated" in text
    assert "the browser warns once" in text
    assert str(place.authority) in text


def test_cache_counts_as_real_where_there_is_one(place: Place) -> None:
    assert "Valkey" in told(place, cached=True)
    assert "Valkey" not in told(place)


def test_keys_of_models_are_not_told(place: Place) -> None:
    assert "of-the-echo" not in told(place)


def test_name_of_the_users_own_comes_with_a_browser_that_finds_it(place: Place) -> None:
    assert "--host-resolver-rules" not in told(place)
    text = told(place, origin="https://chat.example.com")
    assert '--host-resolver-rules="MAP chat.example.com:443 127.0.0.1:8443" https://chat.example.com' in text


def test_each_host_name_that_was_replaced_is_listed_once_and_what_does_not_run_too(place: Place) -> None:
    replaced = {"container": "open-webui", "variable": "REDIS_URL", "was": "rediss://a", "is": "redis://b"}
    left_out = {"container": "litellm", "image": "litellm:1", "why": "litellm:1 is not run here"}
    status = {"substitutions": [replaced, replaced], "not_run": [left_out], "remarks": ["no namespaces"]}
    (place.tasks / "status.json").write_text(json.dumps(status))
    text = told(place)
    assert text.count("REDIS_URL") == 1
    assert "the container litellm does not run: litellm:1 is not run here" in text
    assert "no namespaces" in text
