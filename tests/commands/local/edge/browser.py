"""A client that goes to the edge as a browser does: names below .localhost are loopback, TLS is verified."""

import base64
import http.client
import json
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def all(self, name: str) -> list[str]:
        """The values of a field."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str:
        """The value of a field that stands there once."""
        (value,) = self.all(name)
        return value

    @property
    def told(self) -> Any:
        """What a back end says of the request."""
        assert self.status == 200, self
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Browser:
    """`ports`: what stands for 443 and 80 where a URL names no port, as with `curl --connect-to`."""

    authority: Path | None
    ports: dict[str, int]
    timeout_seconds: float = 10

    def get(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to one request on a connection of its own."""
        response = self.begin(url, method=method, body=body, headers=headers)
        text = response.read().decode()
        response.close()
        return Answer(status=response.status, headers=response.getheaders(), body=text)

    def begin(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        """The head of the answer; its body comes as it is read."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=self.timeout_seconds)
        connection.sock = self.connect(url)
        resource = parts._replace(scheme="", netloc="").geturl() or "/"
        connection.request(method, resource, body=body, headers=dict(headers or {}))
        return connection.getresponse()

    def connect(self, url: str) -> socket.socket:
        """A connection to the host of a URL."""
        parts = urlsplit(url)
        sock = socket.create_connection(
            (LOOPBACK, parts.port or self.ports[parts.scheme]), timeout=self.timeout_seconds
        )
        if parts.scheme == "http":
            return sock
        context = ssl.create_default_context(cafile=self.authority)
        return context.wrap_socket(sock, server_hostname=parts.hostname)

    def websocket(self, url: str, *, cookie: str = "a=b") -> socket.socket:
        """A connection that has become a WebSocket; its bytes are frames."""
        parts = urlsplit(url)
        sock = self.connect(url)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {parts.path or '/'} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Connection: keep-alive, Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            f"Cookie: {cookie}",
        ]
        sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = b""
        while b"\r\n\r\n" not in head:
            piece = sock.recv(1)
            assert piece, head
            head += piece
        assert b" 101 " in head.splitlines()[0], head
        return sock
