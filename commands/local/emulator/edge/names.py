"""Public names of distributions and load balancers: below `.localhost`, with the port at which the edge answers.

Browsers and curl take each name below `.localhost` to loopback without asking DNS. What the templates make of a name
(public origin, sign-in callback, cookies) then holds on this machine as it stands.
"""

from functools import partial
from typing import Any

from ministack.services import alb, cloudfront
from ministack.services.cloudformation import provisioners

from commands.local.emulator.edge.ports import Ports

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"

Made = tuple[str, dict[str, Any]]


def distribution_name(label: str, *, https_port: int) -> str:
    """`dxxxx.cloudfront.localhost:8443`."""
    return f"{label}.cloudfront.localhost:{https_port}"


def load_balancer_name(label: str, *, region: str, http_port: int) -> str:
    """`name-xxxx.region.elb.localhost:8080`, because a load balancer's own name serves plain HTTP alone.

    For HTTPS it has a certificate, which is for another name.
    """
    return f"{label}.{region}.elb.localhost:{http_port}"


def install(ports: Ports) -> None:
    """Give such names to what is made from now on, by template and by API."""
    cloudfront._new_distribution_domain = partial(_distribution, cloudfront._new_distribution_domain, ports)
    handlers = provisioners._RESOURCE_HANDLERS[LOAD_BALANCER]
    handlers["create"] = partial(_create, handlers["create"], ports)
    alb._lb_xml = partial(_described, alb._lb_xml, ports)


def host_of(name: str) -> str:
    """The name without its port, in small letters."""
    return name.rpartition(":")[0].lower() if name.rpartition(":")[2].isdecimal() else name.lower()


def _distribution(native: Any, ports: Ports) -> str:
    return distribution_name(native().split(".")[0], https_port=ports.https)


def _create(native: Any, ports: Ports, logical_id: str, properties: dict[str, Any], stack: str) -> Made:
    arn, attributes = native(logical_id, properties, stack)
    return arn, {**attributes, "DNSName": _renamed(alb._lbs[arn], ports)["DNSName"]}


def _described(native: Any, ports: Ports, load_balancer: dict[str, Any]) -> str:
    """What the API answers, the creating call among it."""
    text: str = native(_renamed(load_balancer, ports))
    return text


def _renamed(load_balancer: dict[str, Any], ports: Ports) -> dict[str, Any]:
    label, region, *rest = load_balancer["DNSName"].split(".")
    if rest == ["elb", "amazonaws", "com"]:
        load_balancer["DNSName"] = load_balancer_name(label, region=region, http_port=ports.http)
    return load_balancer
