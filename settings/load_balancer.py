"""How browsers reach the application: load balancer, certificate or CloudFront, firewall."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.model import Model, Refusal
from settings.operated import Operated
from settings.places import COUNTRIES
from settings.problems import shown
from settings.text import HostName, Ipv4Block, OfKnownRegion, account_of, region_of

CERTIFICATE_ARN = r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-zA-Z-]+$"
CertificateArn = Annotated[
    str,
    Field(
        pattern=CERTIFICATE_ARN,
        examples=["arn:aws:acm:eu-west-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef"],
    ),
    OfKnownRegion,
]


def _known_country(value: str) -> str:
    if value not in COUNTRIES:
        hint = (
            "write GB"
            if value.upper() == "UK"
            else f"write {value.upper()}"
            if value.upper() in COUNTRIES
            else None
        )
        raise ValueError(
            f"{shown(value)} is not an ISO 3166 country code; {hint or 'write two capital letters such as DE'}"
        )
    return value


Country = Annotated[str, AfterValidator(_known_country), Field(examples=["DE"])]


class DomainSettings(Model):
    """A host name in a Route 53 zone of the same account; the record is made, and the certificate unless one
    is given."""

    name: HostName
    """The host name that browsers open, such as chat.example.com."""
    hosted_zone_id: Annotated[str, Field(pattern=r"^Z[A-Z0-9]{5,31}$", examples=["Z0123456789ABCDEFGHIJ"])]
    """Id of the public hosted zone."""
    hosted_zone_name: Annotated[HostName, Field(examples=["example.com"])]
    """Name of that zone, such as example.com."""

    def refusals(self) -> Iterator[Refusal]:
        if self.name != self.hosted_zone_name and not self.name.endswith(f".{self.hosted_zone_name}"):
            zone = self.hosted_zone_name
            message = f"{self.name} is not in the zone {zone}; use a name that ends in .{zone}"
            yield Refusal(message, "name", "hosted_zone_name")


class FirewallSettings(Model):
    """AWS WAF on the load balancer: managed rules, known bad inputs, and a limit of requests per address."""

    requests_per_five_minutes: Annotated[int, Field(ge=100, le=2_000_000_000)] = 2000
    """Requests of one client address in five minutes before it is blocked."""
    allowed_countries: Annotated[tuple[Country, ...], Field(max_length=50)] = ()
    """ISO 3166 codes of countries that may connect. Left out: all."""


class LoadBalancerSettings(Model):
    """An application load balancer, alone with a certificate or internal behind CloudFront."""

    edge: Literal["alb", "cloudfront"] = "alb"
    """`alb`: browsers reach the load balancer. `cloudfront`: HTTPS with no domain, the load balancer is
    internal."""
    certificate_arn: (
        Annotated[
            CertificateArn,
            Operated(
                parameter="CertificateArn",
                group="Load balancer",
                label="ARN of the certificate in this region",
                pattern=CERTIFICATE_ARN,
                constraint="must be the ARN of an ACM certificate",
            ),
        ]
        | None
    ) = None
    """ACM certificate in the deployment's region. Left out: made for `domain`, or none."""
    domain: DomainSettings | None = None
    """Host name and zone. Left out: the load balancer's or CloudFront's own name."""
    public_host: HostName | None = None
    """The name that `certificate_arn` is for when its DNS record is kept elsewhere; not with `domain`."""
    allowed_cidrs: Annotated[tuple[Ipv4Block, ...], Field(min_length=1, max_length=20)] = ("0.0.0.0/0",)
    """IPv4 ranges that may connect to the load balancer, with `edge: alb`."""
    idle_timeout_seconds: Annotated[int, Field(ge=60, le=4000)] = 3600
    """Seconds without a byte until a connection is closed; long answers of a model are silent for minutes."""
    deregistration_delay_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds that a task which is being stopped may finish its requests."""
    stickiness_seconds: Annotated[int, Field(ge=1, le=604_800)] | None = None
    """Keep a browser on one task for so long. Left out: no stickiness, which Open WebUI does not need."""
    access_logs: bool = True
    """Write access logs to a bucket."""
    access_log_retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that access logs are kept."""
    firewall: FirewallSettings | None = None
    """AWS WAF. Left out: none."""
    deletion_protection: bool = False
    """Refuse deletion of the load balancer until it is switched off."""

    def refusals(self) -> Iterator[Refusal]:
        for block in sorted({block for block in self.allowed_cidrs if self.allowed_cidrs.count(block) > 1}):
            yield Refusal(f"{block} stands twice; name each range once", "allowed_cidrs")
        if self.edge == "cloudfront":
            yield from self._idle_behind_cloudfront()
            return
        if self.domain is not None and self.public_host is not None:
            message = (
                f"domain.name {self.domain.name} and public_host {self.public_host} are both given; keep one"
            )
            yield Refusal(message, "public_host", "domain", "edge")
        if self.public_host is not None and self.certificate_arn is None:
            message = (
                f"{self.public_host} needs the certificate_arn of its certificate; give it, or use domain"
            )
            yield Refusal(message, "public_host", "certificate_arn", "edge")
        if self.certificate_arn is not None and self.domain is None and self.public_host is None:
            message = "is given without the name that it is for; give load_balancer.domain or .public_host"
            yield Refusal(message, "certificate_arn", "domain", "public_host", "edge")

    def _idle_behind_cloudfront(self) -> Iterator[Refusal]:
        for name in ("certificate_arn", "domain", "public_host"):
            if getattr(self, name) is not None:
                message = (
                    "is given, and CloudFront brings a name and certificate; remove it, or use edge: alb"
                )
                yield Refusal(message, name, "edge")
        if self.allowed_cidrs != ("0.0.0.0/0",):
            blocks = ", ".join(self.allowed_cidrs)
            message = f"{blocks} cannot be enforced behind CloudFront; remove allowed_cidrs, or use edge: alb"
            yield Refusal(message, "allowed_cidrs", "edge")

    @property
    def tls(self) -> bool:
        """Whether browsers connect with HTTPS."""
        return self.edge == "cloudfront" or self.certificate_arn is not None or self.domain is not None


def certificate_refusals(
    arn: str | None, field: str, *, region: str | None, account: str | None
) -> Iterator[Refusal]:
    """A certificate that the deployment's load balancer cannot use; fields relative to the deployment."""
    if arn is not None and region is not None and region_of(arn) != region:
        message = (
            f"is a certificate of {region_of(arn)}, and the deployment is in {region}; "
            "a load balancer needs one of its own region"
        )
        yield Refusal(message, field, "region")
    if arn is not None and account is not None and account_of(arn) != account:
        message = f"is a certificate of account {account_of(arn)}; give one of account {account}"
        yield Refusal(message, field, "account")
