"""How the gateway of an application on Kubernetes is reached."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from settings.annotations import AWS, CLASS, Annotations, annotation_refusals
from settings.load_balancer import CertificateArn, FirewallSettings
from settings.model import Model, Refusal
from settings.text import HostName, Ipv4Block

Port = Annotated[int, Field(ge=1, le=65_535)]


class AwsIngressSettings(Model):
    """A load balancer that the AWS Load Balancer Controller makes in front of the gateway."""

    type: Literal["nlb", "alb", "none"] = "nlb"
    """`nlb`: a network load balancer for the gateway's Service. `alb`: an Ingress with an application load balancer.
    `none`: reached inside the cluster only."""
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Whether the load balancer has public addresses."""
    certificate_arn: CertificateArn | None = None
    """ACM certificate in the deployment's region, for TLS 1.3 and 1.2. Left out: none, which needs
    `allow_plain_http`."""
    allow_plain_http: bool = False
    """Accept that passwords and files cross the network unencrypted; only without certificate."""
    host: HostName | None = None
    """Name that the certificate is for and whose DNS record leads here. Left out: any name."""
    external_port: Port | None = None
    """Port of the load balancer. Left out: 443 with a certificate, else the gateway's port."""
    allowed_cidrs: Annotated[tuple[Ipv4Block, ...], Field(min_length=1, max_length=20)] = ("0.0.0.0/0",)
    """IPv4 ranges that may connect."""
    idle_timeout_seconds: Annotated[int, Field(ge=60, le=4000)] = 350
    """Seconds without a byte until a connection is closed."""
    firewall: FirewallSettings | None = None
    """AWS WAF, with `type: alb` only. Left out: none."""
    annotations: Annotations = Field(default_factory=dict)
    """More annotations of the gateway's Service, or with `type: alb` of its Ingress; not what a setting decides."""

    def refusals(self) -> Iterator[Refusal]:
        yield from annotation_refusals(self.annotations, AWS, exposed=self.type != "none")
        if self.type == "none":
            for name in ("certificate_arn", "host", "firewall", "external_port"):
                if getattr(self, name) is not None:
                    yield Refusal("is given, and type is none; remove it, or use type: alb", name, "type")
            return
        if self.certificate_arn is not None and self.allow_plain_http:
            yield Refusal(
                "is true and a certificate is given; remove it", "allow_plain_http", "certificate_arn"
            )
        fixed = type(self).model_fields["idle_timeout_seconds"].default
        if self.type == "nlb" and self.certificate_arn is not None and self.idle_timeout_seconds != fixed:
            message = f"is always {fixed} on a network load balancer with a certificate; use type: alb, or remove this"
            yield Refusal(message, "idle_timeout_seconds", "type", "certificate_arn")
        if self.firewall is not None and self.type != "alb":
            yield Refusal("works with type: alb alone; use it, or remove the firewall", "firewall", "type")
        for block in sorted({block for block in self.allowed_cidrs if self.allowed_cidrs.count(block) > 1}):
            yield Refusal(f"{block} stands twice; name each range once", "allowed_cidrs")

    def port_for(self, gateway: int) -> int:
        """Port of the load balancer in front of a gateway's port."""
        if self.external_port is not None:
            return self.external_port
        return 443 if self.certificate_arn is not None else gateway


class ClusterIngressSettings(Model):
    """What the cluster that is there offers."""

    type: Literal["load_balancer", "ingress", "none"] = "load_balancer"
    """`load_balancer`: a Service of this type. `ingress`: an Ingress of `ingress_class`. `none`: reached inside the
    cluster only."""
    ingress_class: (
        Annotated[
            str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$", max_length=63, examples=["traefik"])
        ]
        | None
    ) = None
    """Class of the Ingress. Left out: the cluster's default class."""
    host: HostName | None = None
    """Name of the Ingress. Left out: any name."""
    tls_secret: (
        Annotated[
            str,
            Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$", max_length=63, examples=["aegisai-tls"]),
        ]
        | None
    ) = None
    """Secret with the certificate of the Ingress, made beforehand. Left out: no TLS."""
    external_port: Port | None = None
    """Port of the Service of type LoadBalancer. Left out: the gateway's port."""
    controller_namespace: (
        Annotated[
            str,
            Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length=63, examples=["ingress-nginx"]),
        ]
        | None
    ) = None
    """Namespace of the Ingress controller, whose pods alone the network policies let in then. Left out, as for a
    controller in the network of its node: every address, and pods of every namespace."""
    annotations: Annotations = Field(default_factory=dict)
    """Annotations of the Ingress, or with `type: load_balancer` of the gateway's Service, for the cluster's
    controllers, such as the largest upload or an issuer of certificates."""

    def refusals(self) -> Iterator[Refusal]:
        yield from annotation_refusals(self.annotations, CLASS, exposed=self.type != "none")
        for name in ("ingress_class", "host", "tls_secret", "controller_namespace"):
            if getattr(self, name) is not None and self.type != "ingress":
                yield Refusal("works with type: ingress alone; use it, or remove this", name, "type")
        if self.external_port is not None and self.type != "load_balancer":
            message = "works with type: load_balancer alone; use it, or remove this"
            yield Refusal(message, "external_port", "type")

    def port_for(self, gateway: int) -> int:
        """Port of the load balancer in front of a gateway's port."""
        return gateway if self.external_port is None else self.external_port
