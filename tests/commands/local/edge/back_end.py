"""What stands for a task: a program at an address of its own that says what reached it."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests import waiting

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(kw_only=True)
class BackEnd:
    """A running back end; what it does can be changed while it runs."""

    address: str
    port: int = 0
    health_status: int = 200
    release: threading.Event = field(default_factory=threading.Event)
    """Lets `/slow` and the second half of `/stream` go on."""
    streaming: threading.Event = field(default_factory=threading.Event)
    """Whether it has begun a `/stream`."""


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        known = {
            "/health": self.health,
            "/stream": self.stream,
            "/slow": self.slow,
            "/elsewhere": self.elsewhere,
            "/broken": self.broken,
        }
        if self.headers.get("Upgrade") == "websocket":
            self.websocket()
        else:
            known.get(path, self.echo)()

    def do_POST(self) -> None:
        self.echo()

    def echo(self) -> None:
        """What it was asked, as JSON."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        told = {
            "address": self.server.back_end.address,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body,
        }
        self.answer(200, json.dumps(told).encode())

    def health(self) -> None:
        self.answer(self.server.back_end.health_status, b"")

    def stream(self) -> None:
        """Two pieces, the second one only when it is released."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (b"data: first\n\n", b"data: second\n\n"):
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if piece.endswith(b"first\n\n"):
                self.server.back_end.streaming.set()
                self.server.back_end.release.wait(10)
        self.wfile.write(b"0\r\n\r\n")

    def slow(self) -> None:
        self.server.back_end.release.wait(10)
        self.answer(200, b"late")

    def elsewhere(self) -> None:
        """A redirect with no body, and so with no content type."""
        self.send_response(302)
        self.send_header("Location", "https://elsewhere.example/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def broken(self) -> None:
        self.wfile.write(b"this is no HTTP\r\n\r\n")
        self.close_connection = True

    def websocket(self) -> None:
        """Accept, then send back whatever bytes come, until none does."""
        key = self.headers["Sec-WebSocket-Key"] + MAGIC
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header(
            "Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        )
        self.end_headers()
        while data := self.connection.recv(4096):
            self.connection.sendall(data)
        self.close_connection = True

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(ConnectionError):  # the edge has given up
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        return


class Server(ThreadingHTTPServer):
    """On one address of loopback."""

    daemon_threads = True

    def __init__(self, back_end: BackEnd) -> None:
        super().__init__((back_end.address, 0), Handler)
        back_end.port = self.server_port
        self.back_end = back_end


@contextmanager
def back_end(address: str) -> Iterator[BackEnd]:
    """A back end that runs until the end of the block."""
    running = BackEnd(address=address)
    with Server(running) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            running.release.set()
            server.shutdown()
            thread.join()


def until(condition: Callable[[], bool], *, seconds: float = 8.0) -> None:
    """Wait until the condition holds."""
    waiting.until(condition, what="the condition", seconds=seconds)
