"""What is deployed behind a host name, read from ministack's records at each request."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import acm, alb, cloudfront, route53

from commands.local.emulator.edge.names import host_of

Record = dict[str, Any]
EDGE_REGION = "us-east-1"
READ_SECONDS = 30
"""How long a distribution waits for an origin that names no time."""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A distribution of CloudFront."""

    account: str
    record: Record

    def enter(self) -> None:
        """Let ministack's functions look into this account, for the task that runs."""
        set_request_account_id(self.account)
        set_request_region(EDGE_REGION)

    @property
    def hosts(self) -> set[str]:
        """Its own name and its aliases."""
        config = cloudfront._dist_config_el(self.record)
        aliases = {
            str(each.text).lower() for each in config.iter() if cloudfront._local_tag_name(each) == "CNAME"
        }
        return {host_of(self.record["DomainName"]), *aliases}


@dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """An application load balancer."""

    account: str
    region: str
    record: Record

    @property
    def arn(self) -> str:
        return str(self.record["LoadBalancerArn"])

    def enter(self) -> None:
        """Let ministack's functions look into this account and region, for the task that runs."""
        set_request_account_id(self.account)
        set_request_region(self.region)

    @property
    def listeners(self) -> list[Record]:
        """In the order in which they were made."""
        return [
            listener
            for (account, region, _), listener in list(alb._listeners._data.items())
            if (account, region) == (self.account, self.region) and listener["LoadBalancerArn"] == self.arn
        ]

    def listener(self, *, protocol: str | None = None, port: int | None = None) -> Record | None:
        """The one of this protocol or on this port."""
        for listener in self.listeners:
            if protocol in (None, listener["Protocol"]) and port in (None, listener["Port"]):
                return listener
        return None

    def attribute(self, key: str, default: str) -> str:
        """An attribute's value as it is deployed."""
        attributes = alb._lb_attrs._data.get((self.account, self.arn), [])
        return str(next((each["Value"] for each in attributes if each["Key"] == key), default))

    @property
    def idle_seconds(self) -> float:
        """How long a connection may carry nothing."""
        return float(self.attribute("idle_timeout.timeout_seconds", "60"))

    @property
    def hosts(self) -> set[str]:
        """Its own name, names of its certificates, and DNS records that lead to it."""
        own = host_of(self.record["DNSName"])
        certificates = {arn for listener in self.listeners for arn in listener.get("Certificates", [])}
        return {own, *_certified(certificates), *_leading_to(own)}


def behind(host: str) -> Distribution | LoadBalancer | None:
    """What answers for this host name.

    A load balancer answers for every name, since it never looks at it: where the host is none that is known, it
    is taken by the one that browsers can reach, if there is one alone.
    """
    wanted = host_of(host)
    load_balancers = [*_load_balancers()]
    candidates: list[Distribution | LoadBalancer] = [*_distributions(), *load_balancers]
    for each in candidates:
        if wanted in each.hosts:
            return each
    public = [each for each in load_balancers if each.record.get("Scheme") == "internet-facing"]
    return public[0] if len(public) == 1 else None


def origin(distribution: Distribution, origin_id: str) -> tuple[LoadBalancer, int, float] | None:
    """The load balancer that an origin of the distribution is, its port, and how long an answer may take.

    Nothing where the origin is something else. A VPC origin names the load balancer by its ARN, a custom origin by
    its DNS name.
    """
    for element in cloudfront._dist_config_el(distribution.record).iter():
        if cloudfront._local_tag_name(element) == "Origin" and cloudfront._text(element, "Id") == origin_id:
            return _vpc_origin(distribution.account, element) or _custom_origin(element)
    return None


def _vpc_origin(account: str, element: Any) -> tuple[LoadBalancer, int, float] | None:
    config = cloudfront._find(element, "VpcOriginConfig")
    if config is None:
        return None
    known = cloudfront._vpc_origins._data.get((account, cloudfront._text(config, "VpcOriginId")))
    endpoint = known["VpcOriginEndpointConfig"] if known else {"Arn": ""}
    for each in _load_balancers():
        if each.arn == endpoint["Arn"]:
            seconds = float(cloudfront._text(config, "OriginReadTimeout") or READ_SECONDS)
            return each, _origin_port(endpoint), seconds
    return None


def _custom_origin(element: Any) -> tuple[LoadBalancer, int, float] | None:
    config = cloudfront._find(element, "CustomOriginConfig")
    if config is None:
        return None
    wanted = {
        name: cloudfront._text(config, name) for name in ("HTTPPort", "HTTPSPort", "OriginProtocolPolicy")
    }
    for each in _load_balancers():
        if host_of(each.record["DNSName"]) == host_of(cloudfront._text(element, "DomainName")):
            seconds = float(cloudfront._text(config, "OriginReadTimeout") or READ_SECONDS)
            return each, _origin_port(wanted), seconds
    return None


def _origin_port(config: Record) -> int:
    if config["OriginProtocolPolicy"] == "http-only":
        return int(config["HTTPPort"] or 80)
    return int(config["HTTPSPort"] or 443)


def _distributions() -> Iterator[Distribution]:
    for (account, _), record in list(cloudfront._distributions._data.items()):
        if record["enabled"]:
            yield Distribution(account=account, record=record)


def _load_balancers() -> Iterator[LoadBalancer]:
    for (account, region, _), record in list(alb._lbs._data.items()):
        yield LoadBalancer(account=account, region=region, record=record)


def _certified(arns: set[str]) -> Iterator[str]:
    for (_, _, arn), certificate in list(acm._certificates._data.items()):
        if arn in arns:
            yield certificate["DomainName"].lower()
            yield from (name.lower() for name in certificate.get("SubjectAlternativeNames") or [])


def _leading_to(host: str) -> Iterator[str]:
    for records in list(route53._records._data.values()):
        for record in list(records):
            target = host_of(str((record.get("AliasTarget") or {}).get("DNSName", "")).rstrip("."))
            if target.removeprefix("dualstack.") == host:
                yield str(record["Name"]).rstrip(".").lower()
