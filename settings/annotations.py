"""Annotations for controllers in the cluster, and those that a setting rules already."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from settings.model import Refusal

NLB = "service.beta.kubernetes.io/aws-load-balancer"
ALB = "alb.ingress.kubernetes.io"
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
INGRESS_CLASS = "kubernetes.io/ingress.class"
"""The old name of a field; the API refuses both together."""
CLASS = {INGRESS_CLASS: "ingress.ingress_class"}
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_ATTRIBUTES = f"{NLB}-listener-attributes"
AWS: Mapping[str, str | None] = {
    INGRESS_CLASS: "ingress.type",
    f"{NLB}-type": "ingress.type",
    f"{NLB}-nlb-target-type": "ingress.type",
    f"{NLB}-scheme": "ingress.scheme",
    f"{NLB}-internal": "ingress.scheme",
    f"{NLB}-healthcheck-protocol": None,
    f"{NLB}-healthcheck-path": "services.gateway.health_path",
    f"{NLB}-attributes": None,
    f"{NLB}-target-group-attributes": None,
    f"{NLB}-ssl-cert": "ingress.certificate_arn",
    f"{NLB}-ssl-ports": "ingress.certificate_arn",
    f"{NLB}-ssl-negotiation-policy": "ingress.certificate_arn",
    f"{NLB}-security-groups": "ingress.allowed_cidrs",
    f"{NLB}-security-group-prefix-lists": "ingress.allowed_cidrs",
    _ATTRIBUTES: "ingress.idle_timeout_seconds",
    SOURCE_RANGES: "ingress.allowed_cidrs",
    f"{ALB}/target-type": "ingress.type",
    f"{ALB}/scheme": "ingress.scheme",
    f"{ALB}/listen-ports": "ingress.external_port",
    f"{ALB}/healthcheck-path": "services.gateway.health_path",
    f"{ALB}/inbound-cidrs": "ingress.allowed_cidrs",
    f"{ALB}/security-groups": "ingress.allowed_cidrs",
    f"{ALB}/security-group-prefix-lists": "ingress.allowed_cidrs",
    f"{ALB}/load-balancer-attributes": "ingress.idle_timeout_seconds",
    f"{ALB}/certificate-arn": "ingress.certificate_arn",
    f"{ALB}/ssl-policy": "ingress.certificate_arn",
    f"{ALB}/ssl-redirect": "ingress.certificate_arn",
    f"{ALB}/wafv2-acl-arn": "ingress.firewall",
    f"{ALB}/wafv2-acl-name": "ingress.firewall",
    f"{ALB}/waf-acl-id": "ingress.firewall",
    f"{ALB}/web-acl-id": "ingress.firewall",
}
"""Setting that decides each of the AWS Load Balancer Controller's; None: it is the same always."""

Annotations = Annotated[
    dict[
        Annotated[
            str,
            Field(
                pattern=r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$",
                max_length=317,
                examples=["nginx.ingress.kubernetes.io/proxy-body-size"],
            ),
        ],
        Annotated[str, Field(max_length=4096, examples=["200m"])],
    ],
    Field(max_length=40),
]


def annotation_refusals(
    given: Mapping[str, str], ruled: Mapping[str, str | None], *, exposed: bool
) -> Iterator[Refusal]:
    """Annotations that have no object, or that would fight with ours; fields relative to the section.

    exposed: whether there is a load balancer or an Ingress.
    """
    if given and not exposed:
        message = "are given, and type is none, so nothing carries them; remove them, or use another type"
        yield Refusal(message, "annotations", "type")
        return
    for key in given:
        name = _ATTRIBUTES if key.startswith(f"{_ATTRIBUTES}.") else key
        if key == LAST_APPLIED:
            yield Refusal(f"{key} is what kubectl notes; take it out", "annotations")
        elif name in ruled:
            setting = ruled[name]
            remedy = f"follows from {setting}; write that" if setting else "is the same always; take it out"
            yield Refusal(f"{key} {remedy}", "annotations")
