"""Opens a page of what is deployed as a browser does: through the edge, with its certificate verified."""

import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit

from commands.local.place import Place

LOOPBACK = "127.0.0.1"
SECONDS = 5


def status(place: Place, origin: str, path: str = "/") -> int | None:
    """The status that the page answers; None where nothing answers."""
    parts = urlsplit(origin)
    assert parts.hostname is not None
    try:
        ports = json.loads(place.edge.read_text())
        if parts.scheme == "https":
            connection: http.client.HTTPConnection = _Tls(place, parts.hostname, ports["https"])
        else:
            connection = _Plain(parts.hostname, ports["http"])
        try:
            connection.request("GET", path, headers={"Host": parts.netloc})
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return None


class _Plain(http.client.HTTPConnection):
    """To loopback, whatever the name: not every resolver knows names below .localhost."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, timeout=SECONDS)

    def connect(self) -> None:
        self.sock = socket.create_connection((LOOPBACK, self.port), SECONDS)


class _Tls(_Plain):
    """The same with TLS that the embedded AWS's authority vouches for."""

    def __init__(self, place: Place, host: str, port: int) -> None:
        super().__init__(host, port)
        self._context = ssl.create_default_context(cafile=str(place.authority))

    def connect(self) -> None:
        super().connect()
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
