"""Clients that wait out what passes by itself, against a local end point."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.assets.conftest import Load

CLUSTER = "arn:aws:rds:eu-central-1:111122223333:cluster:storage-1"


@dataclass
class EndPoint:
    """Answers with the errors to come, then with a row; `forever` stays for more calls than any test makes."""

    url: str = ""
    to_come: list[tuple[str, str]] = field(default_factory=list)
    forever: str = ""
    calls: int = 0


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[EndPoint]:
    """A local Data API."""
    state = EndPoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            state.calls += 1
            code, message = state.forever if state.calls < 100 else "", ""
            if state.to_come:
                code, message = state.to_come.pop(0)
            body = json.dumps({"message": message} if code else {"records": [[{"longValue": 1}]]}).encode()
            self.send_response(400 if code else 200)
            if code:
                self.send_header("x-amzn-ErrorType", code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_RDS_DATA", f"http://127.0.0.1:{server.server_port}")
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def patience(load: Load, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module with short pauses."""
    module = load("patience")
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    return module


def call(patience: ModuleType, *, seconds_left: float = 60) -> Any:
    client = patience.patient_client("rds-data", seconds_left=lambda: seconds_left)
    secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:master"
    return client.execute_statement(resourceArn=CLUSTER, secretArn=secret, sql="SELECT 1")["records"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("DatabaseResumingException", "The Aurora DB instance is resuming after being auto-paused"),
        ("DatabaseNotFoundException", "The DB cluster doesn't have a DB instance"),
        ("DatabaseUnavailableException", ""),
        ("HttpEndpointNotEnabledException", ""),
        ("BadRequestException", "HttpEndpoint is not enabled for resource storage-1"),
        ("BadRequestException", "Database storage-1 is not available"),
        ("AccessDeniedException", "no identity-based policy allows it"),
        ("ForbiddenException", ""),
    ],
)
def test_what_passes_is_waited_out(patience: ModuleType, endpoint: EndPoint, code: str, message: str) -> None:
    endpoint.to_come = [(code, message)] * 12
    assert call(patience) == [[{"longValue": 1}]]
    assert endpoint.calls == 13


@pytest.mark.parametrize(
    ("code", "message"),
    [("DatabaseErrorException", "ERROR: syntax error; SQLState: 42601"), ("BadRequestException", "bad SQL")],
)
def test_what_stays_fails_at_once(patience: ModuleType, endpoint: EndPoint, code: str, message: str) -> None:
    endpoint.to_come = [(code, message)]
    with pytest.raises(ClientError, match=code):
        call(patience)
    assert endpoint.calls == 1


def test_waiting_ends_with_the_time(patience: ModuleType, endpoint: EndPoint) -> None:
    endpoint.forever = "DatabaseResumingException"
    with pytest.raises(ClientError, match="DatabaseResumingException"):
        call(patience, seconds_left=0)
    assert endpoint.calls == 1


def test_a_refusal_is_believed_after_a_while(
    patience: ModuleType, endpoint: EndPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "POLICY_SECONDS", 0.1)
    endpoint.forever = "AccessDeniedException"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        call(patience)
    assert 2 <= endpoint.calls <= 12
