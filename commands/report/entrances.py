"""Load balancers that a cluster makes from its objects: entrances that no security group of the templates knows.

What annotations mean, and what counts without them, is as the AWS Load Balancer Controller's documentation has it
("Service annotations", "Ingress annotations", "IngressClass"); without that controller a cloud makes the load balancer
of a Service itself, by default open to all.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from commands.manifest_files import Object, namespace
from commands.report.access import EVERYWHERE
from settings.annotations import ALB, AWS, INGRESS_CLASS, NLB, SOURCE_RANGES

FIREWALLS = tuple(name for name, setting in AWS.items() if setting == "ingress.firewall")
"""Annotations that name a web ACL."""
BY_CONTROLLER = ("eks.amazonaws.com/nlb", "service.k8s.aws/nlb")
"""Classes of Services whose load balancers are internal unless they say otherwise."""
CONTROLLERS = ("eks.amazonaws.com/alb", "ingress.k8s.aws/alb")
OWN_CLASS = "alb"
"""The class that the controller's chart makes."""
INTERNAL, PUBLIC = "internal", "internet-facing"
UNKNOWN = "as its controller is reached"
NOT_BEFORE_NLB = "none: a network load balancer takes none"


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """One load balancer, or an Ingress of a controller whose own entrance is not in the manifests.

    `ports` name the protocol; `tls` is empty where nothing is encrypted; `firewall` is a web ACL as the manifest names
    it, or why there is none.
    """

    name: str
    noun: str
    scheme: str
    peers: tuple[str, ...]
    host: str
    ports: tuple[str, ...]
    tls: str
    firewall: str

    @property
    def is_open(self) -> bool:
        """Whether the whole internet may come in."""
        return self.scheme == PUBLIC and bool({*EVERYWHERE} & {*self.peers})

    @property
    def says(self) -> str:
        """The entrance in short."""
        return f"{self.name} {', '.join(self.ports)}{'' if self.tls else ' without TLS'}"


def entrances(objects: Sequence[Object], around: Sequence[Object] = ()) -> list[Entrance]:
    """Those of the objects; `around` are further ones, among which classes of Ingresses are looked up."""
    classes = _Classes((*objects, *around))
    found = [
        _of_service(each) if each["kind"] == "Service" else _of_ingress(each, classes)
        for each in objects
        if each["kind"] == "Ingress"
        or (each["kind"] == "Service" and (each.get("spec") or {}).get("type") == "LoadBalancer")
    ]
    return sorted(found, key=lambda each: each.name)


def _of_service(service: Object) -> Entrance:
    spec, notes = service["spec"], _annotations(service)
    is_controlled = spec.get("loadBalancerClass") in BY_CONTROLLER or f"{NLB}-scheme" in notes
    by_default = INTERNAL if is_controlled or notes.get(f"{NLB}-internal") == "true" else PUBLIC
    certificate, policy = notes.get(f"{NLB}-ssl-cert"), notes.get(f"{NLB}-ssl-negotiation-policy")
    with_tls = _listed(notes.get(f"{NLB}-ssl-ports")) or ("*",)
    ports = []
    for port in spec.get("ports") or ():
        is_tls = certificate and {"*", str(port["port"]), port.get("name")} & {*with_tls}
        ports.append(f"{'tls' if is_tls else str(port.get('protocol', 'TCP')).lower()} {port['port']}")
    return Entrance(
        name=_name(service),
        noun="network load balancer" if is_controlled else "load balancer",
        scheme=notes.get(f"{NLB}-scheme", by_default),
        peers=_peers(
            groups=_listed(notes.get(f"{NLB}-security-groups")),
            ranges=tuple(spec.get("loadBalancerSourceRanges") or ()) or _listed(notes.get(SOURCE_RANGES)),
            lists=_listed(notes.get(f"{NLB}-security-group-prefix-lists")),
        ),
        host="",
        ports=tuple(ports),
        tls=", ".join(filter(None, (policy, certificate))),
        firewall=NOT_BEFORE_NLB,
    )


def _of_ingress(ingress: Object, classes: "_Classes") -> Entrance:
    spec = ingress.get("spec") or {}
    hosts = {rule.get("host") or "" for rule in spec.get("rules") or ()}
    host = "" if "" in hosts else ", ".join(sorted(hosts))
    if not classes.is_alb(ingress):
        secrets = [each.get("secretName", "the controller's own") for each in spec.get("tls") or ()]
        return Entrance(
            name=_name(ingress),
            noun="Ingress",
            scheme=UNKNOWN,
            peers=(f"whoever reaches the controller of class {classes.name(ingress) or 'by default'}",),
            host=host,
            ports=("http 80", *(("https 443",) if secrets else ())),
            tls=", ".join(secrets),
            firewall="as the controller has it",
        )
    notes, params = _annotations(ingress), classes.parameters(ingress)
    certificates = tuple(params.get("certificateArn") or ()) or _listed(notes.get(f"{ALB}/certificate-arn"))
    ports = tuple(_listeners(notes, is_tls=bool(certificates or spec.get("tls"))))
    policy = params.get("sslPolicy") or notes.get(f"{ALB}/ssl-policy")
    return Entrance(
        name=_name(ingress),
        noun="application load balancer",
        scheme=params.get("scheme") or notes.get(f"{ALB}/scheme", INTERNAL),
        peers=_peers(
            groups=_listed(notes.get(f"{ALB}/security-groups")),
            ranges=tuple(params.get("inboundCIDRs") or ()) or _listed(notes.get(f"{ALB}/inbound-cidrs")),
            lists=_listed(notes.get(f"{ALB}/security-group-prefix-lists")),
        ),
        host=host,
        ports=ports,
        tls=", ".join(filter(None, (policy, *(certificates or ("certificate found by its name",)))))
        if any(port.startswith("https") for port in ports)
        else "",
        firewall=_firewall(params, notes),
    )


def _listeners(notes: dict[str, str], *, is_tls: bool) -> Iterator[str]:
    written = notes.get(f"{ALB}/listen-ports")
    redirect = notes.get(f"{ALB}/ssl-redirect")
    default: list[dict[str, Any]] = [{"HTTPS": 443} if is_tls else {"HTTP": 80}]
    for listener in json.loads(written) if written else default:
        for protocol, port in listener.items():
            leads = f", which leads to {redirect}" if protocol == "HTTP" and redirect else ""
            yield f"{protocol.lower()} {port}{leads}"


def _firewall(params: dict[str, Any], notes: dict[str, str]) -> str:
    given = (params.get("wafv2AclArn"), params.get("wafv2AclName"), *map(notes.get, FIREWALLS))
    return next((each for each in given if each and each != "none"), "none")


def _peers(*, groups: tuple[str, ...], ranges: tuple[str, ...], lists: tuple[str, ...]) -> tuple[str, ...]:
    """Groups that are named take the place of all ranges; without anything the controller lets all in."""
    if groups:
        return tuple(f"as security group {each} says" for each in groups)
    return (*ranges, *lists) or ("0.0.0.0/0",)


class _Classes:
    """Classes of Ingresses, as far as they are among the objects."""

    def __init__(self, objects: Sequence[Object]) -> None:
        self._specs: dict[tuple[str, str], Object] = {
            (each["kind"], each["metadata"]["name"]): each.get("spec") or {}
            for each in objects
            if each["kind"] in ("IngressClass", "IngressClassParams")
        }

    def name(self, ingress: Object) -> str:
        """The class that it names; empty where it leaves that to the cluster."""
        return str(
            (ingress.get("spec") or {}).get("ingressClassName")
            or _annotations(ingress).get(INGRESS_CLASS, "")
        )

    def is_alb(self, ingress: Object) -> bool:
        """Whether AWS's controller makes an application load balancer of it."""
        given = self._specs.get(("IngressClass", self.name(ingress)))
        return given.get("controller") in CONTROLLERS if given else self.name(ingress) == OWN_CLASS

    def parameters(self, ingress: Object) -> Object:
        """What its class says for all Ingresses of it."""
        given = self._specs.get(("IngressClass", self.name(ingress)), {}).get("parameters") or {}
        return self._specs.get((given.get("kind", ""), given.get("name", "")), {})


def _name(each: Object) -> str:
    return f"{each['kind']} {namespace(each)} › {each['metadata']['name']}"


def _annotations(each: Object) -> dict[str, str]:
    return each["metadata"].get("annotations") or {}


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in (text or "").split(","))))
