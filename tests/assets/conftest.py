"""What the handlers run against in tests: CloudFormation's end and a real PostgreSQL."""

import importlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.assets.postgres import PostgresServer, start_postgres

ASSETS = Path(__file__).parents[2] / "assets"
Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import a handler as Lambda does: its folder is on the path, for this test alone."""
    folders = [ASSETS / "lambda" / name for name in ("custom_resources", "pre_token_generation")]
    # Bytecode in the folder would change the asset's hash.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for folder in folders:
        monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").parent in folders:
            del sys.modules[name]


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region and keys that open nothing."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@dataclass
class Context:
    """Lambda's context with a given time left."""

    milliseconds: int = 60_000
    log_stream_name: str = "2026/11/21/[$LATEST]abc"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass
class CloudFormation:
    """The other end of a custom resource: makes events and takes the answers that are PUT to it."""

    url: str
    answers: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    content_types: list[str | None] = field(default_factory=list)
    failures_to_come: int = 0

    def event(self, request_type: str, /, **properties: object) -> dict[str, Any]:
        return {
            "RequestType": request_type,
            "ResponseURL": self.url,
            "StackId": "arn:aws:cloudformation:eu-central-1:111122223333:stack/test/1",
            "RequestId": "6c0a1f2e-1111-4222-8333-0123456789ab",
            "LogicalResourceId": "Thing",
            "ResourceType": "Custom::Thing",
            "ResourceProperties": {
                "ServiceToken": "arn:aws:lambda:eu-central-1:111122223333:function:x",
                **properties,
            },
            **({} if request_type == "Create" else {"PhysicalResourceId": "thing-1"}),
        }

    def send(
        self, handler: Callable[..., None], event: dict[str, Any], *, milliseconds: int = 60_000
    ) -> dict[str, Any]:
        """The one answer that the handler gave to the event."""
        before = len(self.answers)
        handler(event, Context(milliseconds))
        (answer,) = self.answers[before:]
        return answer


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """A local end of the ResponseURL."""

    class End(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if stack.failures_to_come:
                stack.failures_to_come -= 1
                self.send_error(503)
                return
            stack.bodies.append(body)
            stack.content_types.append(self.headers["Content-Type"])
            stack.answers.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), End) as server:
        stack = CloudFormation(url=f"http://127.0.0.1:{server.server_port}/answer?signature=x")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield stack
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL with pgvector for the session."""
    with start_postgres() as server:
        yield server
