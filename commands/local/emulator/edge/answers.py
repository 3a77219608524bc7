"""Answers of the load balancer itself, and how an answer goes to the client."""

from typing import Any

from aiohttp import ClientError, ClientResponse, web
from ministack.core.responses import StreamingResponse

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Fields that speak of one connection, and end with it."""
REASONS = {
    400: "Bad Request",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}

Fields = dict[str, str | list[str]]
Answer = tuple[int, Fields, Any]
"""Status, fields and body, in the shape in which ministack's own services answer."""


class FromTarget(StreamingResponse):  # type: ignore[misc] # ministack has no types
    """The body of an answer whose head has come from a target."""

    __slots__ = ("response",)

    def __init__(self, response: ClientResponse) -> None:
        super().__init__(None)
        self.response = response


class Relayed(web.StreamResponse):  # type: ignore[misc] # lives in the virtual environment of the emulator
    """An answer with the fields that it was given and no others of the library's."""

    async def _prepare_headers(self) -> None:
        given = {name.lower() for name in self.headers}
        await super()._prepare_headers()
        for name in ("Content-Type", "Date", "Server"):
            if name.lower() not in given:
                self.headers.pop(name, None)  # the library names no content type where nothing is sent


def page(status: int, *, remark: str = "") -> Answer:
    """The page that a load balancer answers by itself."""
    title = f"{status} {REASONS[status]}"
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"{f'<p>{remark}</p>' if remark else ''}</body>\r\n</html>\r\n"
    )
    return status, {"content-type": "text/html"}, body.encode()


async def send(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    """Write the answer to the client as it comes; where a target breaks off, so does the connection."""
    status, fields, body = answer
    response = Relayed(status=status)
    for name, value in fields.items():
        if name.lower() not in HOP_BY_HOP:
            for each in value if isinstance(value, list) else [value]:
                response.headers.add(name, each)
    if not isinstance(body, FromTarget):
        response.headers["Content-Length"] = str(len(body))
        await response.prepare(request)
        await response.write_eof(b"" if request.method == "HEAD" else body)
        return response
    await response.prepare(request)
    try:
        async for piece in body.response.content.iter_any():
            await response.write(piece)
    except (ClientError, TimeoutError):
        # The head has gone out: only a connection that breaks off says that the rest is missing.
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response
