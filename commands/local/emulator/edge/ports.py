"""Where the edge listens: the two ports, taken before anything is deployed because names carry them."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

WANTED = {"https": 8443, "http": 8080}
LOOPBACK = ("127.0.0.1", "::1")
FILE = "edge.json"


@dataclass(frozen=True, kw_only=True)
class Ports:
    """What stands for 443 and 80."""

    https: int
    http: int

    def local(self, port: int) -> int:
        """The port of this machine that stands for a port of AWS."""
        return {443: self.https, 80: self.http}.get(port, port)


def take(state: Path) -> tuple[Ports, dict[str, list[socket.socket]]]:
    """Listen on 8443 and 8080, or on free ports where these are taken, and write the numbers to `state`.

    The sockets are listed by protocol: IPv4, and IPv6 where this machine has it.
    """
    sockets = {protocol: _listen(port) for protocol, port in WANTED.items()}
    ports = Ports(**{protocol: bound[0].getsockname()[1] for protocol, bound in sockets.items()})
    state.mkdir(parents=True, exist_ok=True)
    (state / FILE).write_text(json.dumps(asdict(ports)))
    return ports, sockets


def _listen(wanted: int) -> list[socket.socket]:
    ipv4, ipv6 = LOOPBACK
    try:
        first = _bound(socket.AF_INET, ipv4, wanted)
    except OSError:
        first = _bound(socket.AF_INET, ipv4, 0)
    try:
        return [first, _bound(socket.AF_INET6, ipv6, first.getsockname()[1])]
    except OSError:
        return [first]  # no IPv6 here, or another program has the port there


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound
