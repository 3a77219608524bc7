"""The edge: load balancers and distributions as they are deployed, on two ports of loopback."""

import asyncio
import socket
import ssl
import threading
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

from commands.local.emulator.edge import answers, certificates, deployed, names, ports, tunnel
from commands.local.emulator.edge.data_plane import DataPlane
from commands.local.emulator.edge.exchange import Exchange
from commands.local.emulator.edge.forwarding import Forwarding
from commands.local.emulator.edge.health import Health
from commands.local.emulator.edge.targets import Targets

CLIENT_KEEP_ALIVE_SECONDS = 3600
TARGET_KEEP_ALIVE_SECONDS = 4
"""Less than the 5 s after which uvicorn closes, so that no request meets a connection that is closing."""
HEADER_BYTES = 64 * 1024
NO_NAME = "localhost"

TARGETS = Targets()
"""Of this process; who stops a task may wait until its target has left."""


def start(state: Path) -> None:
    """Take the ports, make the authority, and serve on a thread that ends with the process."""
    certificates.install(state)
    taken, sockets = ports.take(state)
    names.install(taken)
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="edge", daemon=True).start()
    asyncio.run_coroutine_threadsafe(_open(state, taken, sockets), loop).result()


async def _open(state: Path, taken: ports.Ports, sockets: dict[str, list[socket.socket]]) -> None:
    session = ClientSession(
        connector=TCPConnector(limit=0, keepalive_timeout=TARGET_KEEP_ALIVE_SECONDS),
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        max_line_size=HEADER_BYTES,
        max_field_size=HEADER_BYTES,
    )
    plane = DataPlane(ports=taken, forwarding=Forwarding(state=state, targets=TARGETS, session=session))
    plane.install()
    health = Health(TARGETS, session)
    health.install()
    loop = asyncio.get_running_loop()
    for protocol, bound in sockets.items():
        secure = protocol == "https"
        factory = web.Server(
            partial(_handle, plane, secure),
            handler_cancellation=True,  # a client that goes away ends what a target does for it
            keepalive_timeout=CLIENT_KEEP_ALIVE_SECONDS,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            access_log=None,
        )
        for each in bound:
            await loop.create_server(factory, sock=each, ssl=_tls() if secure else None)
    health.begin()


async def _handle(plane: DataPlane, secure: bool, request: web.BaseRequest) -> web.StreamResponse:
    exchange = Exchange(request=request, secure=secure)
    async with exchange.until_end:
        status, fields, body = await plane.answer(exchange)
        if isinstance(body, tunnel.Switched):
            return await tunnel.run(request, fields, body)
        return await answers.send(request, (status, fields, body))


def _tls() -> ssl.SSLContext:
    """A certificate for each name that is deployed, made when a client asks for it."""
    context = certificates.context_for([NO_NAME])

    def choose(connection: Any, name: str | None, _context: ssl.SSLContext) -> None:
        if name and deployed.behind(name) is not None:
            connection.context = certificates.context_for([name])

    context.sni_callback = choose
    return context
