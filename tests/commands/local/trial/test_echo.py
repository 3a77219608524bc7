"""The model server of the embedded AWS: OpenAI's API, with the words of the question."""

import json
import math
import stat
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.commands.local.emulated import Emulated

pytestmark = pytest.mark.slow


def ask(emulated: Emulated, path: str, body: Any = None, *, key: str | None = None) -> Any:
    where = json.loads(emulated.place.models.read_text())
    request = urllib.request.Request(
        f"http://127.0.0.1:{where['port']}/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {where['key'] if key is None else key}"},
    )
    return urllib.request.urlopen(request, timeout=10)


def answer(emulated: Emulated, path: str, body: Any = None) -> Any:
    with ask(emulated, path, body) as response:
        return json.load(response)


def chat(text: Any, **more: Any) -> dict[str, Any]:
    return {"model": "echo", "messages": [{"role": "user", "content": text}], **more}


def vectors(emulated: Emulated, *texts: str, **more: Any) -> list[list[float]]:
    body = {"model": "text-embedding-3-small", "input": list(texts), **more}
    return [each["embedding"] for each in answer(emulated, "embeddings", body)["data"]]


def test_key_is_for_the_owner_alone(emulated: Emulated) -> None:
    assert stat.S_IMODE(emulated.place.models.stat().st_mode) == 0o600


@pytest.mark.parametrize("path", ["models", "embeddings"])
def test_other_key_is_refused(emulated: Emulated, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(emulated, path, None if path == "models" else {"input": "a"}, key="another")
    assert refused.value.code == 401


def test_models_are_listed(emulated: Emulated) -> None:
    assert [each["id"] for each in answer(emulated, "models")["data"]] == ["echo"]


def test_answer_has_the_words_of_the_last_question(emulated: Emulated) -> None:
    body = chat("How do you do?")
    body["messages"] = [{"role": "user", "content": "before"}, *body["messages"]]
    (choice,) = answer(emulated, "chat/completions", body)["choices"]
    assert choice["message"] == {"role": "assistant", "content": "You said: How do you do?"}


def test_nothing_is_suggested_to_a_program_that_asks(emulated: Emulated) -> None:
    (choice,) = answer(emulated, "chat/completions", chat('### Task:\nSuggest. JSON format: {"tags": []}'))[
        "choices"
    ]
    assert choice["message"]["content"] == "{}"


def test_a_question_about_files_is_a_persons(emulated: Emulated) -> None:
    question = "### Task:\nAnswer out of the context.\n<context>vines</context>"
    (choice,) = answer(emulated, "chat/completions", chat(question))["choices"]
    assert "vines" in choice["message"]["content"]


def test_question_may_come_in_parts(emulated: Emulated) -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    (choice,) = answer(emulated, "chat/completions", chat(parts))["choices"]
    assert choice["message"]["content"] == "You said: one"


def test_stream_comes_word_by_word_and_ends_as_openai_ends_it(emulated: Emulated) -> None:
    with ask(emulated, "chat/completions", chat("one two  three", stream=True)) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        events = [line.decode().removeprefix("data: ").strip() for line in response if line.strip()]
    assert events[-1] == "[DONE]"
    choices = [json.loads(event)["choices"][0] for event in events[:-1]]
    words = [choice["delta"].get("content", "") for choice in choices]
    assert [word for word in words if word] == ["You said: ", "one", " two", "  three"]
    assert choices[-1]["finish_reason"] == "stop"


def test_stream_tells_its_tokens_when_it_is_asked_to(emulated: Emulated) -> None:
    wanted = chat("one", stream=True, stream_options={"include_usage": True})
    with ask(emulated, "chat/completions", wanted) as response:
        events = [line.decode().removeprefix("data: ") for line in response if line.strip()]
    assert json.loads(events[-2])["usage"]["total_tokens"] > 0


def test_texts_with_the_same_words_lie_near_each_other(emulated: Emulated) -> None:
    moon, same, other = vectors(emulated, "the moon is round", "Is the moon round?", "cats eat fish")
    assert moon == same
    assert sum(a * b for a, b in zip(moon, other, strict=True)) < 0.5


@pytest.mark.parametrize("dimensions", [1, 384, 1536])
def test_vector_has_the_dimensions_that_are_asked_for_and_length_one(
    emulated: Emulated, dimensions: int
) -> None:
    for vector in vectors(emulated, "a", "", "a b c d e f", dimensions=dimensions):
        assert len(vector) == dimensions
        assert math.isclose(math.hypot(*vector), 1)


def test_vector_has_1536_dimensions_where_none_are_asked_for(emulated: Emulated) -> None:
    assert [len(vector) for vector in vectors(emulated, "a")] == [1536]


@pytest.mark.parametrize("body", [{}, {"messages": []}, {"messages": "x"}, [], {"messages": [1]}])
def test_request_that_is_none_is_refused(emulated: Emulated, body: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(emulated, "chat/completions", body)
    assert refused.value.code == 400
