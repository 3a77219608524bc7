"""How the gateway is reached: a load balancer's Service, an Ingress, or neither."""

import json
from collections.abc import Mapping

from constructs import Construct

from k8s.aegisai.parts import HTTP
from k8s.component import Component
from k8s.container import Container
from k8s.ingress import Ingress, Route
from k8s.service import Service, ServicePort
from settings.aegisai import AegisAIDeployment
from settings.annotations import ALB, NLB
from settings.exposure import AwsIngressSettings, ClusterIngressSettings

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
HTTPS = 443
READY_BEHIND_LOAD_BALANCER = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"}
"""Label of a namespace whose new pods count as ready when the load balancer sends them requests."""
DRAIN_SECONDS = {"nlb": 90, "alb": 20}
"""How long a load balancer may still send new connections to a pod that leaves."""


def namespace_labels(settings: AegisAIDeployment) -> Mapping[str, str]:
    """What the controller of load balancers reads on the namespace."""
    return READY_BEHIND_LOAD_BALANCER if settings.ingress.type in DRAIN_SECONDS else {}


def drain_seconds(settings: AegisAIDeployment) -> int:
    """Seconds until nothing new reaches a gateway's pod that leaves."""
    return DRAIN_SECONDS.get(settings.ingress.type, Container.drain_seconds)


def add_gateway_service(
    scope: Construct, *, component: Component, port: int, settings: AegisAIDeployment
) -> Service:
    """The Service that everything reaches the gateway by, and the Ingress in front of it where one is wanted."""
    ingress = settings.ingress
    if ingress.type == "nlb":
        return _behind_nlb(scope, component, port, settings, ingress)
    if ingress.type == "load_balancer":
        ports = [ServicePort(name=HTTP, port=ingress.port_for(port))]
        return Service(
            scope,
            component=component,
            type="LoadBalancer",
            ports=ports,
            annotations=ingress.annotations or None,
        )
    service = Service(scope, component=component)
    if isinstance(ingress, ClusterIngressSettings) and ingress.type == "ingress":
        Ingress(
            scope,
            component=component,
            routes=[Route(service=service, port_name=HTTP, host=ingress.host)],
            class_name=ingress.ingress_class,
            tls_secret=ingress.tls_secret,
            annotations=ingress.annotations or None,
        )
    elif isinstance(ingress, AwsIngressSettings) and ingress.type == "alb":
        _add_alb(scope, component, service, settings, ingress)
    return service


def _behind_nlb(
    scope: Construct,
    component: Component,
    port: int,
    settings: AegisAIDeployment,
    ingress: AwsIngressSettings,
) -> Service:
    outside = ingress.port_for(port)
    gateway = settings.services[component.name]
    annotations = {
        **ingress.annotations,
        f"{NLB}-scheme": ingress.scheme,
        f"{NLB}-nlb-target-type": "ip",
        f"{NLB}-healthcheck-protocol": "HTTP",
        f"{NLB}-healthcheck-path": gateway.health_path,
        f"{NLB}-attributes": "load_balancing.cross_zone.enabled=true",
        # or requests come from addresses that the network policies do not let in
        f"{NLB}-target-group-attributes": "preserve_client_ip.enabled=false",
    }
    if ingress.certificate_arn is not None:
        annotations |= {
            f"{NLB}-ssl-cert": ingress.certificate_arn,
            f"{NLB}-ssl-ports": str(outside),
            f"{NLB}-ssl-negotiation-policy": TLS_POLICY,
        }
    else:
        timeout = f"tcp.idle_timeout.seconds={ingress.idle_timeout_seconds}"
        annotations[f"{NLB}-listener-attributes.TCP-{outside}"] = timeout
    return Service(
        scope,
        component=component,
        type="LoadBalancer",
        ports=[ServicePort(name=HTTP, port=outside)],
        annotations=annotations,
        load_balancer_class="service.k8s.aws/nlb",
        load_balancer_source_ranges=ingress.allowed_cidrs,
    )


def _add_alb(
    scope: Construct,
    component: Component,
    service: Service,
    settings: AegisAIDeployment,
    ingress: AwsIngressSettings,
) -> None:
    gateway = settings.services[component.name]
    port = ingress.port_for(gateway.port)
    protocol = "HTTP" if ingress.certificate_arn is None else "HTTPS"
    attributes = {
        "idle_timeout.timeout_seconds": str(ingress.idle_timeout_seconds),
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }
    annotations = {
        **ingress.annotations,
        f"{ALB}/scheme": ingress.scheme,
        f"{ALB}/target-type": "ip",
        f"{ALB}/listen-ports": json.dumps([{protocol: port}]),
        f"{ALB}/healthcheck-path": gateway.health_path,
        f"{ALB}/inbound-cidrs": ",".join(ingress.allowed_cidrs),
        f"{ALB}/load-balancer-attributes": ",".join(f"{key}={value}" for key, value in attributes.items()),
    }
    if ingress.certificate_arn is not None:
        annotations |= {
            f"{ALB}/certificate-arn": ingress.certificate_arn,
            f"{ALB}/ssl-policy": TLS_POLICY,
        }
        if port == HTTPS:
            annotations |= {
                f"{ALB}/listen-ports": json.dumps([{"HTTP": 80}, {"HTTPS": HTTPS}]),
                f"{ALB}/ssl-redirect": str(HTTPS),
            }
    Ingress(
        scope,
        component=component,
        routes=[Route(service=service, port_name=HTTP, host=ingress.host)],
        class_name="alb" if ingress.firewall is None else settings.name,
        annotations=annotations,
    )
