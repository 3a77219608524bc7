"""TLS before a server that was built without it: each front is a port of loopback with a certificate of our authority.

What comes in is told apart by its first bytes, and no client has to be set up for it:
- PostgreSQL's SSLRequest is answered with yes, and TLS follows; a GSSENCRequest is answered with no
- a TLS handshake begins TLS at once, as `rediss://` does
- anything else passes as it is, PostgreSQL's cancel requests among it

A client whose server cannot be reached loses its connection, as it would without us between.
"""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from commands.local.emulator.edge.certificates import context_for

HOST = "127.0.0.1"
NAMES = ("localhost", HOST)
SSL_REQUEST, GSS_REQUEST = struct.pack("!ii", 8, 80877103), struct.pack("!ii", 8, 80877104)
HANDSHAKE = b"\x16"
"""First byte of a TLS record that begins a connection."""
SECONDS_TO_SPEAK = 60
PAUSE = 0.01
CHUNK = 2**16
WAITING = 128

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Front:
    """A port with TLS before another one."""

    def __init__(self, *, target: int, names: Sequence[str]) -> None:
        self.target, self.context = target, context_for(names)
        self.listener = socket.socket()
        self.listener.setblocking(False)
        self.listener.bind((HOST, 0))
        self.listener.listen(WAITING)
        self.port = int(self.listener.getsockname()[1])
        self.connections: set[asyncio.Task[None]] = set()
        self.accepting = asyncio.run_coroutine_threadsafe(self._accept(), _loop())

    def close(self) -> None:
        """Close the port and what is connected to it."""
        asyncio.run_coroutine_threadsafe(self._close(), _loop()).result()

    async def _close(self) -> None:
        self.accepting.cancel()
        for connection in self.connections:
            connection.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)
        self.listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(self.listener)
            except OSError:  # too many open files, or a client that has left again
                await asyncio.sleep(PAUSE)
                continue
            connection = loop.create_task(self._serve(client))
            self.connections.add(connection)
            connection.add_done_callback(self.connections.discard)

    async def _serve(self, client: socket.socket) -> None:
        # A client that goes away, or speaks no TLS that we know, is no fault of ours.
        with suppress(OSError, TimeoutError):
            try:
                wants_tls = await asyncio.wait_for(_wants_tls(client), SECONDS_TO_SPEAK)
                server = await asyncio.open_connection(HOST, self.target)
            except BaseException:
                # Reset, as at a port that nobody listens on.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                raise
            try:
                await _join(await _streams(client, self.context if wants_tls else None), server)
            finally:
                server[1].close()


def open_front(target: int, *, names: Sequence[str] = NAMES) -> Front:
    """A port with TLS before the port `target` of loopback, with a certificate for `names`."""
    return Front(target=target, names=names)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """A loop of our own: ministack's has requests to answer, which ask databases behind us."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="tls-fronts", daemon=True).start()
    return loop


async def _wants_tls(client: socket.socket) -> bool:
    """Take PostgreSQL's questions from the connection and answer them; the handshake itself stays in it."""
    loop = asyncio.get_running_loop()
    while True:
        seen = await _peek(client)
        if seen not in (SSL_REQUEST, GSS_REQUEST):
            return seen.startswith(HANDSHAKE)
        await loop.sock_recv(client, len(seen))
        await loop.sock_sendall(client, b"S" if seen == SSL_REQUEST else b"N")
        if seen == SSL_REQUEST:
            return True


async def _peek(client: socket.socket) -> bytes:
    """The first bytes, which stay to be read: as many as tell what it is."""
    loop = asyncio.get_running_loop()
    while True:
        ready = asyncio.Event()
        loop.add_reader(client, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(client)
        seen = client.recv(len(SSL_REQUEST), socket.MSG_PEEK)
        is_part = len(seen) < len(SSL_REQUEST) and any(
            known.startswith(seen) for known in (SSL_REQUEST, GSS_REQUEST)
        )
        if not seen or not is_part:
            return seen
        await asyncio.sleep(PAUSE)


async def _streams(client: socket.socket, context: ssl.SSLContext | None) -> Streams:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, client, ssl=context)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _join(client: Streams, server: Streams) -> None:
    """Pass on what either says until both have ended."""
    try:
        await asyncio.gather(_pass(client[0], server[1]), _pass(server[0], client[1]))
    finally:
        client[1].close()


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
        else:
            sink.close()  # TLS knows no half-closed connection
    except OSError:
        sink.transport.abort()
