"""From a load balancer to one of its targets, and back."""

from pathlib import Path
from typing import Any

import h11
from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from commands.local.emulator.edge import stickiness, tunnel
from commands.local.emulator.edge.answers import HOP_BY_HOP, Answer, Fields, FromTarget, page
from commands.local.emulator.edge.exchange import CURRENT, Exchange
from commands.local.emulator.edge.health import group_attribute
from commands.local.emulator.edge.targets import Target, Targets
from commands.local.emulator.tasks.programs import Programs

NOBODY = (
    "No container runs here: <code>make local</code> starts none, <code>make try</code> runs the application."
)
SECONDS_TO_CONNECT = 10


class Forwarding:
    """Picks a target and asks it."""

    def __init__(self, *, state: Path, targets: Targets, session: ClientSession) -> None:
        self._programs = Programs(state)
        self._targets = targets
        self._session = session

    async def forward(
        self,
        native: Any,
        group: str,
        method: str,
        path: str,
        headers: Fields,
        body: bytes,
        parameters: Any,
        query: str | None = None,
        raw_path: str | None = None,
    ) -> Answer:
        """In place of `alb._forward_to_tg`."""
        exchange = CURRENT.get()
        if exchange is None:
            kept: Answer = await native(group, method, path, headers, body, parameters, query, raw_path)
            return kept
        sticky = group_attribute(group, "stickiness.enabled", "false") == "true"
        algorithm = group_attribute(group, "load_balancing.algorithm.type", "round_robin")
        cookies = str(headers.get("cookie", ""))
        target = self._targets.next(
            group,
            fewest_open=algorithm == "least_outstanding_requests",
            preferred=lambda each: sticky and stickiness.is_named(each, cookies),
        )
        if target is None:
            return page(503, remark="" if self._programs.is_on else NOBODY)
        resource = f"{raw_path or path}?{query}" if query else raw_path or path
        # ministack writes the name without a port, since 443 and 80 need none; here the port is part of the name.
        sent = {**headers, "host": exchange.host_at_load_balancer}
        exchange.until_end.enter_context(target.answering())
        status, answered, content = await self._ask(exchange, target, method, resource, sent)
        if sticky and status < 500:
            seconds = int(group_attribute(group, "stickiness.lb_cookie.duration_seconds", "86400"))
            own = answered.get("set-cookie", [])
            kept_cookies = own if isinstance(own, list) else [own]
            made = stickiness.cookies(target, seconds=seconds, secure=exchange.secure)
            answered = {**answered, "set-cookie": [*kept_cookies, *made]}
        return status, answered, content

    async def _ask(
        self, exchange: Exchange, target: Target, method: str, resource: str, headers: Fields
    ) -> Answer:
        sent = {name: value for name, value in headers.items() if name not in HOP_BY_HOP}
        try:
            if exchange.wants_websocket:
                answer = await tunnel.open_tunnel(target, resource, sent, idle_seconds=exchange.idle_seconds)
                if isinstance(answer[2], tunnel.Switched):
                    exchange.until_end.callback(answer[2].writer.close)
                return answer
            return await self._request(exchange, target, method, resource, sent)
        except TimeoutError:
            return page(504)
        except (ClientError, OSError, h11.ProtocolError):
            return page(502)

    async def _request(
        self, exchange: Exchange, target: Target, method: str, resource: str, headers: Fields
    ) -> Answer:
        request = exchange.request
        headers.pop("expect", None)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        length = request.headers.get("Content-Length")
        response = await self._session.request(
            method,
            URL(f"{target.url}{resource}", encoded=True),
            headers=headers if length is None else {**headers, "content-length": length},
            data=request.content if request.body_exists else None,
            allow_redirects=False,
            timeout=ClientTimeout(
                total=None, sock_connect=SECONDS_TO_CONNECT, sock_read=exchange.idle_seconds
            ),
        )
        exchange.until_end.callback(response.close)
        answered: Fields = {}
        for name, value in response.headers.items():
            known = answered.setdefault(name.lower(), [])
            assert isinstance(known, list)
            known.append(value)
        return response.status, answered, FromTarget(response)
