"""A model server without a model: what OpenAI's API answers, with the words of the question.

It lets a person try chat and documents without an account anywhere. Embeddings are counts of hashed words, so that
texts with the same words lie near each other.
"""

import asyncio
import hashlib
import json
import math
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiohttp import web

WANTED_PORT = 8444
LOOPBACK = "127.0.0.1"
FILE = "models.json"
MODEL, EMBEDDING_MODEL = "echo", "text-embedding-3-small"
DIMENSIONS, MOST_DIMENSIONS = 1536, 4096
SECONDS_PER_WORD = 0.03
"""Slow enough to be seen: an answer that came at once would hide whether it streams."""
FOR_PROGRAMS = "### Task:"
"""How Open WebUI's own prompts begin, which ask for JSON: titles, tags, queries, follow-ups. One asks for a person,
with what was found in the person's files as context."""
LARGEST_BODY = 32 * 2**20

Json = dict[str, Any]


def install(state: Path) -> None:
    """Serve from a thread of this process; port and key stand in `state`, for its owner alone."""
    listening, key = _listen(), secrets.token_hex(16)
    file = state / FILE
    state.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"port": listening.getsockname()[1], "key": key}))
    threading.Thread(target=_serve, args=(listening, key), name="echo", daemon=True).start()


def application(key: str) -> web.Application:
    """The server; each request must carry the key."""

    @web.middleware  # type: ignore[untyped-decorator] # lives in the virtual environment of the emulator
    async def check_key(request: web.Request, handler: Any) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {key}".encode()):
            return _refused(401, "the key is not the one in the deployment's model-keys secret")
        try:
            answer: web.StreamResponse = await handler(request)
        except (ValueError, KeyError, TypeError, AttributeError):
            return _refused(400, "the request is not one of OpenAI's API")
        return answer

    app = web.Application(middlewares=[check_key], client_max_size=LARGEST_BODY)
    app.add_routes(
        [
            web.get("/v1/models", _models),
            web.post("/v1/chat/completions", _chat),
            web.post("/v1/embeddings", _embeddings),
        ]
    )
    return app


def embedding(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """A vector of length 1: each word counts at the place that its hash gives, with the sign that it gives."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [""]:
        number = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        vector[number % dimensions] += 1.0 if number >> 63 else -1.0
    length = math.hypot(*vector)
    if length == 0:  # words that cancel one another
        return [1.0, *vector[1:]]
    return [value / length for value in vector]


def _listen() -> socket.socket:
    """On the port that is wanted, so that a deployment's address stays; on a free one where that is taken."""
    try:
        return socket.create_server((LOOPBACK, WANTED_PORT))
    except OSError:
        return socket.create_server((LOOPBACK, 0))


def _serve(listening: socket.socket, key: str) -> None:
    async def forever() -> None:
        runner = web.AppRunner(application(key), access_log=None)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        await asyncio.Event().wait()

    asyncio.run(forever())


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "invalid_request_error"}}, status=status)


async def _models(_request: web.Request) -> web.Response:
    # The one for embeddings is left out: everybody would be offered it for a chat.
    model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "pergola"}
    return web.json_response({"object": "list", "data": [model]})


async def _chat(request: web.Request) -> web.StreamResponse:
    asked: Json = await request.json()
    words = list(_words(_last_question(asked["messages"])))
    usage = {
        "prompt_tokens": len(words),
        "completion_tokens": len(words),
        "total_tokens": 2 * len(words),
    }
    if asked.get("stream"):
        return await _stream(request, asked, words, usage)
    message = {"role": "assistant", "content": "".join(words)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return web.json_response(
        {**_head(asked, "chat.completion"), "choices": [choice], "usage": usage},
    )


async def _stream(
    request: web.Request, asked: Json, words: list[str], usage: dict[str, int]
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    head = _head(asked, "chat.completion.chunk")

    async def send(delta: Json, finished: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finished}
        await response.write(f"data: {json.dumps({**head, 'choices': [choice]})}\n\n".encode())

    await send({"role": "assistant", "content": ""})
    for word in words:
        await send({"content": word})
        await asyncio.sleep(SECONDS_PER_WORD)
    await send({}, "stop")
    if (asked.get("stream_options") or {}).get("include_usage"):
        await response.write(f"data: {json.dumps({**head, 'choices': [], 'usage': usage})}\n\n".encode())
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


async def _embeddings(request: web.Request) -> web.Response:
    asked: Json = await request.json()
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    dimensions = int(asked.get("dimensions") or DIMENSIONS)
    if not 0 < dimensions <= MOST_DIMENSIONS:
        return _refused(400, f"dimensions {dimensions} is not in 1 … {MOST_DIMENSIONS}")
    data = [
        {"object": "embedding", "index": index, "embedding": embedding(text, dimensions)}
        for index, text in enumerate(texts)
    ]
    tokens = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return web.json_response(
        {"object": "list", "data": data, "model": asked.get("model", EMBEDDING_MODEL), "usage": usage}
    )


def _head(asked: Json, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{secrets.token_hex(8)}",
        "object": kind,
        "created": int(time.time()),
        "model": asked.get("model", MODEL),
    }


def _last_question(messages: list[Json]) -> str:
    """The text of the user's last message, which may come in parts."""
    questions = [each["content"] for each in messages if each["role"] == "user"]
    if not questions:
        raise ValueError("nobody asks anything")
    content = questions[-1]
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part.get("type") == "text")


def _words(question: str) -> Iterator[str]:
    """The question again, cut before each word; nothing to suggest where a program asks for titles or queries."""
    if question.startswith(FOR_PROGRAMS) and "<context>" not in question:
        yield "{}"
        return
    yield "You said: "
    yield from re.findall(r"\s*\S+|\s+$", question)
