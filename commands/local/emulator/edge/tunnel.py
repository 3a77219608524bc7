"""WebSockets: the handshake is the target's to answer; from then on bytes go both ways as they are."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import h11
from aiohttp import StreamReader, web
from ministack.core.responses import StreamingResponse

from commands.local.emulator.edge.answers import HOP_BY_HOP, Answer, Fields
from commands.local.emulator.edge.targets import Target

PIECE = 64 * 1024
SECONDS_TO_CONNECT = 10
SWITCHING_PROTOCOLS = 101


class Switched(StreamingResponse):  # type: ignore[misc] # ministack has no types
    """The body of a handshake that the target has accepted: its connection."""

    __slots__ = ("first", "idle_seconds", "reader", "writer")

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, first: bytes, idle_seconds: float
    ) -> None:
        super().__init__(None)
        self.reader, self.writer, self.first, self.idle_seconds = reader, writer, first, idle_seconds


class Tunnelled(web.StreamResponse):  # type: ignore[misc] # lives in the virtual environment of the emulator
    """For aiohttp, which wants a response at the end: all of it has been written."""

    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


async def open_tunnel(target: Target, resource: str, headers: Fields, *, idle_seconds: float) -> Answer:
    """Send the handshake to the target; raises `OSError`, `h11.RemoteProtocolError`, `TimeoutError`."""
    async with asyncio.timeout(SECONDS_TO_CONNECT):
        reader, writer = await asyncio.open_connection(target.address, target.port)
    try:
        connection = h11.Connection(our_role=h11.CLIENT)
        sent = {**headers, "connection": "Upgrade", "upgrade": "websocket"}
        fields = [
            (name.encode(), str(value).encode(errors="surrogateescape")) for name, value in sent.items()
        ]
        writer.write(connection.send(h11.Request(method="GET", target=resource, headers=fields)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        async with asyncio.timeout(idle_seconds):
            status, answered, body = await _head(connection, reader)
    except BaseException:
        writer.close()
        raise
    if status != SWITCHING_PROTOCOLS:
        writer.close()
        return status, answered, body
    first = connection.trailing_data[0]
    return status, answered, Switched(reader, writer, first=first, idle_seconds=idle_seconds)


async def run(request: web.BaseRequest, fields: Fields, switched: Switched) -> web.StreamResponse:
    """Accept the client's handshake and carry what comes until one side closes, or both are silent too long."""
    protocol = request.protocol
    received = StreamReader(protocol, PIECE)
    protocol.set_parser(_Feed(received))
    protocol.keep_alive(False)
    try:
        await request.writer.write(_accepted(fields) + switched.first)
        await _carry(
            (received.readany, _to_target(switched.writer)),
            (lambda: switched.reader.read(PIECE), request.writer.write),
            idle_seconds=switched.idle_seconds,
        )
    finally:
        if request.transport is not None:
            request.transport.close()
    return Tunnelled()


async def _head(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[int, Fields, bytes]:
    status, fields, body = 0, {}, b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(PIECE))
        elif isinstance(event, h11.InformationalResponse) and event.status_code == SWITCHING_PROTOCOLS:
            return event.status_code, _fields(event), b""
        elif isinstance(event, h11.Response):
            status, fields = event.status_code, _fields(event)
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return status, fields, body


def _fields(event: h11.Response | h11.InformationalResponse) -> Fields:
    fields: Fields = {}
    for name, value in event.headers:
        known = fields.setdefault(name.decode("latin-1"), [])
        assert isinstance(known, list)
        known.append(value.decode("latin-1"))
    return fields


def _accepted(fields: Fields) -> bytes:
    lines = [
        f"HTTP/1.1 {SWITCHING_PROTOCOLS} Switching Protocols",
        "Connection: Upgrade",
        "Upgrade: websocket",
    ]
    for name, value in fields.items():
        if name.lower() not in HOP_BY_HOP:
            lines += [f"{name}: {each}" for each in (value if isinstance(value, list) else [value])]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass(frozen=True)
class _Feed:
    """Takes what the client sends out of aiohttp's hands, in the shape of its parsers."""

    reader: StreamReader

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.reader.feed_data(data)
        return False, b""

    def feed_eof(self) -> None:
        self.reader.feed_eof()


def _to_target(writer: asyncio.StreamWriter) -> Callable[[bytes], Awaitable[None]]:
    async def write(data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    return write


Direction = tuple[Callable[[], Awaitable[bytes]], Callable[[bytes], Awaitable[None]]]


async def _carry(*directions: Direction, idle_seconds: float) -> None:
    loop = asyncio.get_running_loop()
    last = loop.time()

    async def carry(read: Callable[[], Awaitable[bytes]], write: Callable[[bytes], Awaitable[None]]) -> None:
        nonlocal last
        while data := await read():
            last = loop.time()
            await write(data)

    tasks = {asyncio.create_task(carry(read, write)) for read, write in directions}
    try:
        while (silent := loop.time() - last) < idle_seconds:
            done, _ = await asyncio.wait(
                tasks, timeout=idle_seconds - silent, return_when=asyncio.FIRST_COMPLETED
            )
            if done:
                break
    finally:
        for task in tasks:
            task.cancel()
        # A side that went away in the middle is an end like any other.
        await asyncio.gather(*tasks, return_exceptions=True)
