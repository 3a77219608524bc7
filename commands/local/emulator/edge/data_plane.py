"""Puts the edge's own transport below ministack's rules of CloudFront and of load balancers.

ministack knows which behaviour, rule and header AWS would take. What it lacks is taken over here and in
`forwarding.py`: bodies that stream, WebSockets, target health, the local ports.
"""

import re
from functools import partial
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ministack.services import alb, cloudfront

from commands.local.emulator.edge import deployed
from commands.local.emulator.edge.answers import Answer, Fields, page
from commands.local.emulator.edge.deployed import LoadBalancer
from commands.local.emulator.edge.exchange import CURRENT, Exchange
from commands.local.emulator.edge.forwarding import Forwarding
from commands.local.emulator.edge.ports import Ports

VALID_FIELD = re.compile(r"[A-Za-z0-9-]+")
"""Names that a load balancer lets through where it drops invalid ones."""
WEBSOCKET_SECONDS = 600.0
"""How long a WebSocket through CloudFront may be silent."""
MIDDLE_ADDRESS = "127.0.0.1"
"""What a load balancer sees of a distribution."""


class DataPlane:
    """Answers requests to what is deployed."""

    def __init__(self, *, ports: Ports, forwarding: Forwarding) -> None:
        self.ports = ports
        self.forwarding = forwarding

    def install(self) -> None:
        """Stand in for ministack's functions; requests that come to its own port keep what they had."""
        cloudfront._fetch_from_origin = partial(self.fetch, cloudfront._fetch_from_origin)
        cloudfront._check_viewer_protocol_policy = partial(
            self.check_protocol, cloudfront._check_viewer_protocol_policy
        )
        alb._forward_to_tg = partial(self.forwarding.forward, alb._forward_to_tg)
        alb._execute_action = partial(self.act, alb._execute_action)

    async def answer(self, exchange: Exchange) -> Answer:
        """The answer of what is deployed behind the request's host."""
        CURRENT.set(exchange)
        resource, _, query = exchange.request.raw_path.partition("?")
        found = deployed.behind(exchange.host)
        if not resource.startswith("/"):
            return page(400)
        if found is None:
            return page(503, remark=f"Nothing is deployed behind {escape(exchange.host)}.")
        found.enter()
        if isinstance(found, LoadBalancer):
            listener = found.listener(protocol="HTTPS" if exchange.secure else "HTTP")
            if listener is None:
                return page(503, remark=f"No listener takes {'HTTPS' if exchange.secure else 'HTTP'} here.")
            return await self.balance(
                exchange, found, listener["Port"], resource, query, fields(exchange), client=exchange.client
            )
        exchange.distribution = found
        answer: Answer = await cloudfront.handle_viewer_request(
            found.record,
            exchange.request.method,
            unquote(resource),
            resource,
            query,
            {**fields(exchange), "x-forwarded-proto": "https" if exchange.secure else "http"},
            b"",
            parse_qs(query, keep_blank_values=True),
            exchange.client,
        )
        return answer

    async def balance(
        self,
        exchange: Exchange,
        load_balancer: LoadBalancer,
        port: int,
        resource: str,
        query: str,
        headers: Fields,
        *,
        client: str,
    ) -> Answer:
        """The answer of a load balancer's listener; `client` is who connects to it."""
        load_balancer.enter()
        exchange.load_balancer = load_balancer
        exchange.host_at_load_balancer = str(headers.get("host", ""))
        if load_balancer.attribute("routing.http.drop_invalid_header_fields.enabled", "false") == "true":
            headers = {name: value for name, value in headers.items() if VALID_FIELD.fullmatch(name)}
        answer: Answer = await alb.dispatch_request(
            load_balancer.record,
            exchange.request.method,
            unquote(resource),
            headers,
            b"",
            parse_qs(query, keep_blank_values=True),
            port,
            client,
            query,
            resource,
        )
        return answer

    async def fetch(
        self,
        native: Any,
        origin: dict[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: Fields,
        body: bytes,
        secure: bool,
        client: str,
        forwarded_for: str,
        arn: str,
    ) -> tuple[int, str, Fields, Any]:
        """In place of `cloudfront._fetch_from_origin`: an origin that is a load balancer answers in this process."""
        exchange = CURRENT.get()
        found = (
            deployed.origin(exchange.distribution, origin["id"])
            if exchange and exchange.distribution
            else None
        )
        if exchange is None or found is None:
            given = body if exchange is None else await exchange.request.content.read()
            kept: tuple[int, str, Fields, Any] = await native(
                origin, method, uri, query, headers, given, secure, client, forwarded_for, arn
            )
            return kept
        load_balancer, port, seconds = found
        if load_balancer.listener(port=port, protocol="HTTP") is None:
            raise cloudfront.OriginUnreachable(f"{load_balancer.arn} takes no HTTP on port {port}")
        exchange.silent_seconds = WEBSOCKET_SECONDS if exchange.wants_websocket else seconds
        sent = cloudfront._origin_request_headers(origin, headers, client, forwarded_for)
        status, answered, content = await self.balance(
            exchange,
            load_balancer,
            port,
            origin["origin_path"] + uri,
            query,
            {name.lower(): value for name, value in sent.items()},
            client=MIDDLE_ADDRESS,
        )
        return status, "", {name.lower(): value for name, value in answered.items()}, content

    def check_protocol(
        self, native: Any, behavior: Any, method: str, secure: bool, uri: str, query: str, headers: Fields
    ) -> Any:
        """In place of `cloudfront._check_viewer_protocol_policy`: a redirect leads to the port of HTTPS."""
        host = self._host_for_https(str(headers.get("host", "")))
        return native(behavior, method, secure, uri, query, {**headers, "host": host})

    async def act(self, native: Any, action: dict[str, Any], *rest: Any) -> Answer:
        """In place of `alb._execute_action`: a redirect to 443 leads to the port that stands for it."""
        status, answered, body = await native(action, *rest)
        exchange = CURRENT.get()
        if exchange is not None and action.get("Type") == "redirect":
            answered = {**answered, "Location": self._local(str(answered["Location"]), exchange.host)}
        return status, answered, body

    def _host_for_https(self, host: str) -> str:
        name, colon, port = host.rpartition(":")
        return f"{name}:{self.ports.https}" if colon and port == str(self.ports.http) else host

    def _local(self, location: str, host: str) -> str:
        """The location with the local port, where the client has come by one and is sent to the same host."""
        parts = urlsplit(location)
        name, colon, port = host.rpartition(":")
        if not (colon and port.isdecimal() and parts.hostname == name.lower() and parts.port):
            return location
        return parts._replace(netloc=f"{parts.hostname}:{self.ports.local(parts.port)}").geturl()


def fields(exchange: Exchange) -> Fields:
    """The request's header fields in ministack's shape: names in small letters, one value each."""
    joined: dict[str, str | list[str]] = {}
    for name, value in exchange.request.headers.items():
        key = name.lower()
        known = joined.get(key)
        joined[key] = value if known is None else f"{known}{'; ' if key == 'cookie' else ', '}{value}"
    return joined
