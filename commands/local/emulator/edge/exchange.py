"""One request on its way through the edge."""

from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field

from aiohttp import web

from commands.local.emulator.edge.deployed import Distribution, LoadBalancer

MOST_SILENT_SECONDS = 4000.0
"""The longest idle timeout that a load balancer takes."""


@dataclass(kw_only=True)
class Exchange:
    """What ministack's functions do not hand on: the client's connection, and where the request has come to."""

    request: web.BaseRequest
    secure: bool
    distribution: Distribution | None = None
    load_balancer: LoadBalancer | None = None
    host_at_load_balancer: str = ""
    silent_seconds: float = MOST_SILENT_SECONDS
    """How long a distribution waits for anything to come."""
    until_end: AsyncExitStack = field(default_factory=AsyncExitStack)
    """What is closed when the answer has gone out."""

    @property
    def client(self) -> str:
        """The address of the client."""
        return str(self.request.remote or "127.0.0.1")

    @property
    def host(self) -> str:
        """As the client has written it, with the port that stands for 443 or 80."""
        return str(self.request.headers.get("Host", ""))

    @property
    def wants_websocket(self) -> bool:
        """Whether it asks to go on as a WebSocket."""
        headers = self.request.headers
        asks = self.request.method == "GET" and "upgrade" in headers.get("Connection", "").lower()
        return asks and str(headers.get("Upgrade", "")).lower() == "websocket"

    @property
    def idle_seconds(self) -> float:
        """How long a connection to a target may carry nothing."""
        assert self.load_balancer is not None
        return min(self.load_balancer.idle_seconds, self.silent_seconds)


CURRENT: ContextVar[Exchange | None] = ContextVar("CURRENT", default=None)
