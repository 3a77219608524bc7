"""Load balancers that a cluster makes from Services and Ingresses, as the report has to tell them."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.diagram.picture import picture
from commands.manifest_files import Object
from commands.report.entrances import Entrance, entrances
from settings.annotations import ALB, INGRESS_CLASS, NLB
from tests.commands.report.conftest import Report, Small
from tests.commands.report.html import Element

CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
HTTP_PORT = {"name": "http", "port": 8000}


def made(kind: str, spec: Object, notes: dict[str, str] | None = None, name: str = "gateway") -> Object:
    metadata = {"name": name, "namespace": "chat", "annotations": notes}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


def service(notes: dict[str, str] | None = None, **spec: Any) -> Entrance:
    (found,) = entrances([made("Service", {"type": "LoadBalancer", "ports": [HTTP_PORT], **spec}, notes)])
    return found


def ingress(
    notes: dict[str, str] | None = None, *around: Object, ingress_class: str | None = "alb", **spec: Any
) -> Entrance:
    whole = {"ingressClassName": ingress_class, "rules": [{"host": "chat.example.com"}], **spec}
    (found,) = entrances(
        [made("Ingress", whole, {f"{ALB}/{key}": each for key, each in (notes or {}).items()})], around
    )
    return found


def of_class(**params: Any) -> tuple[Object, Object]:
    """An IngressClass that is not called like the controller's own, with its parameters."""
    named = {"kind": "IngressClassParams", "name": "ours"}
    return (
        made("IngressClass", {"controller": "ingress.k8s.aws/alb", "parameters": named}, name="ours"),
        made("IngressClassParams", params, name="ours"),
    )


@pytest.mark.parametrize(
    ("spec", "notes", "is_open"),
    [
        ({}, {}, True),
        ({}, {f"{NLB}-internal": "true"}, False),
        ({"loadBalancerClass": "service.k8s.aws/nlb"}, {}, False),
        ({"loadBalancerClass": "service.k8s.aws/nlb"}, {f"{NLB}-scheme": "internet-facing"}, True),
        ({}, {f"{NLB}-scheme": "internal"}, False),
        ({"loadBalancerSourceRanges": ["10.0.0.0/8"]}, {}, False),
        ({"loadBalancerSourceRanges": ["10.0.0.0/8", "0.0.0.0/0"]}, {}, True),
        ({}, {"service.beta.kubernetes.io/load-balancer-source-ranges": "192.0.2.0/24"}, False),
        ({}, {f"{NLB}-security-groups": "sg-1"}, False),
        ({}, {f"{NLB}-security-group-prefix-lists": "pl-1"}, False),
    ],
)
def test_a_service_is_open_by_its_scheme_and_its_ranges(
    spec: Object, notes: dict[str, str], is_open: bool
) -> None:
    assert service(notes, **spec).is_open is is_open


def test_a_service_without_certificate_says_so() -> None:
    plain = service({f"{NLB}-scheme": "internet-facing"})
    assert plain.says == "Service chat › gateway tcp 8000 without TLS"
    assert plain.firewall == "none: a network load balancer takes none"


@pytest.mark.parametrize(
    ("ssl_ports", "ports"),
    [
        (None, ("tls 8000", "tls 9000")),
        ("8000", ("tls 8000", "tcp 9000")),
        ("other", ("tcp 8000", "tls 9000")),
    ],
)
def test_tls_is_on_the_ports_that_are_named(ssl_ports: str | None, ports: tuple[str, ...]) -> None:
    notes = {f"{NLB}-ssl-cert": CERTIFICATE, f"{NLB}-ssl-negotiation-policy": POLICY}
    notes |= {f"{NLB}-ssl-ports": ssl_ports} if ssl_ports else {}
    found = service(notes, ports=[HTTP_PORT, {"name": "other", "port": 9000, "protocol": "TCP"}])
    assert (found.ports, found.tls) == (ports, f"{POLICY}, {CERTIFICATE}")


def test_what_no_load_balancer_is_made_of_is_no_entrance() -> None:
    objects = [made("Service", {"type": "ClusterIP"}), made("Service", {}), made("Deployment", {})]
    assert entrances(objects) == []


@pytest.mark.parametrize(
    ("notes", "is_open"),
    [
        ({}, False),
        ({"scheme": "internet-facing"}, True),
        ({"scheme": "internet-facing", "inbound-cidrs": "10.0.0.0/8, 192.0.2.0/24"}, False),
        ({"scheme": "internet-facing", "inbound-cidrs": "::/0"}, True),
        ({"scheme": "internet-facing", "security-groups": "sg-1"}, False),
    ],
)
def test_an_ingress_is_open_by_its_scheme_and_its_ranges(notes: dict[str, str], is_open: bool) -> None:
    found = ingress(notes)
    assert (found.noun, found.host, found.is_open) == (
        "application load balancer",
        "chat.example.com",
        is_open,
    )


@pytest.mark.parametrize(
    ("notes", "ports", "tls"),
    [
        ({}, ("http 80",), ""),
        ({"listen-ports": '[{"HTTP": 8080}]'}, ("http 8080",), ""),
        ({"certificate-arn": CERTIFICATE}, ("https 443",), CERTIFICATE),
        (
            {
                "certificate-arn": CERTIFICATE,
                "listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]',
                "ssl-policy": POLICY,
                "ssl-redirect": "443",
            },
            ("http 80, which leads to 443", "https 443"),
            f"{POLICY}, {CERTIFICATE}",
        ),
        ({"listen-ports": '[{"HTTPS": 443}]'}, ("https 443",), "certificate found by its name"),
    ],
)
def test_an_ingress_has_the_listeners_that_it_asks_for(
    notes: dict[str, str], ports: tuple[str, ...], tls: str
) -> None:
    found = ingress(notes)
    assert (found.ports, found.tls) == (ports, tls)


def test_the_class_decides_over_the_ingress() -> None:
    params = of_class(
        scheme="internet-facing", inboundCIDRs=["192.0.2.0/24"], wafv2AclArn="${Firewall.Acl.Arn}"
    )
    found = ingress({"scheme": "internal", "inbound-cidrs": "0.0.0.0/0"}, *params, ingress_class="ours")
    assert (found.scheme, found.peers) == ("internet-facing", ("192.0.2.0/24",))
    assert found.firewall == "${Firewall.Acl.Arn}"


@pytest.mark.parametrize(
    ("notes", "firewall"),
    [
        ({}, "none"),
        ({"wafv2-acl-arn": "arn:a"}, "arn:a"),
        ({"wafv2-acl-arn": "none"}, "none"),
        ({"wafv2-acl-name": "ours"}, "ours"),
        ({"waf-acl-id": "acl-1"}, "acl-1"),
        ({"web-acl-id": "acl-2"}, "acl-2"),
    ],
)
def test_a_firewall_is_told(notes: dict[str, str], firewall: str) -> None:
    assert ingress(notes).firewall == firewall


def test_the_old_annotation_names_the_class() -> None:
    (found,) = entrances([made("Ingress", {}, {INGRESS_CLASS: "alb"})])
    assert found.noun == "application load balancer"


@pytest.mark.parametrize(("ingress_class", "named"), [("traefik", "traefik"), (None, "by default")])
def test_of_another_controller_nothing_is_claimed(ingress_class: str | None, named: str) -> None:
    found = ingress(
        {"scheme": "internet-facing"}, ingress_class=ingress_class, tls=[{"secretName": "chat-tls"}]
    )
    assert (found.is_open, found.scheme) == (False, "as its controller is reached")
    assert found.peers == (f"whoever reaches the controller of class {named}",)
    assert (found.ports, found.tls) == (("http 80", "https 443"), "chat-tls")


def glance(page: Element) -> str:
    (found,) = page.find("ul", class_="glance")
    return found.text()


def rows(page: Element) -> list[list[str]]:
    (section,) = page.find("section", id="access")
    return next(table.rows() for table in section.find("table") if "entrances" in table.attributes["class"])


def test_the_plain_entrance_of_dev_is_told_first_and_listed(report: Report) -> None:
    page = report("aegisai-dev")
    assert "0 rules and 1 entrance of the cluster let the whole internet in" in glance(page)
    assert "Service aegisai › gateway tcp 8000 without TLS" in glance(page)
    ((name, peers, ports, tls, firewall),) = rows(page)
    assert name == "Service aegisai › gateway network load balancer, internet-facing"
    assert (peers, ports, tls) == ("0.0.0.0/0 whole internet", "tcp 8000", "none")
    assert firewall.startswith("none")


def test_the_entrance_of_prod_has_its_certificate_and_its_firewall(report: Report) -> None:
    ((name, peers, ports, tls, firewall),) = rows(report("aegisai-prod"))
    assert name == "Ingress aegisai › gateway application load balancer, internet-facing"
    assert peers == "0.0.0.0/0 whole internet asking for aegisai.example.com"
    assert ports == "http 80, which leads to 443; https 443"
    assert "arn:aws:acm:" in tls
    assert firewall == "Firewall › WebAcl"


def test_without_a_cluster_there_is_no_word_of_one(report: Report) -> None:
    page = report("open-webui-prod")
    assert "2 rules let the whole internet in" in glance(page)
    assert not [each for each in page.find("table") if "entrances" in each.attributes.get("class", "")]


def test_what_stands_in_files_alone_is_an_entrance_too(small: Small, tmp_path: Path) -> None:
    folder = tmp_path / "manifests" / "small"
    folder.mkdir(parents=True)
    (folder / "all.json").write_text(
        json.dumps(made("Service", {"type": "LoadBalancer", "ports": [HTTP_PORT]}))
    )
    assert "and 1 entrance of the cluster" in glance(small({}))


@pytest.mark.parametrize(
    ("deployment", "noun"),
    [("aegisai-dev", "network load balancer"), ("aegisai-prod", "application load balancer")],
)
def test_the_picture_shows_it_in_the_stack_that_applies_it(
    assembly: Path, deployment: str, noun: str
) -> None:
    drawn = picture(assembly, deployment).replace("\u00a0", " ")
    assert drawn.count(noun) == 1
