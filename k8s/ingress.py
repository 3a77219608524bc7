"""How requests from outside reach Services by host name and path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component
from k8s.objects import construct_id, metadata
from k8s.service import Service


@dataclass(frozen=True, kw_only=True)
class Route:
    """Requests for `host` below `path` go to the Service's port of that name; no host: any."""

    service: Service
    port_name: str
    path: str = "/"
    host: str | None = None


class Ingress(k8s.KubeIngress):
    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        routes: Sequence[Route],
        class_name: str | None = None,
        tls_secret: str | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            component: What is reached; the Ingress has its name.
            routes: Where requests go.
            class_name: The controller's class. Left out: the cluster's default class.
            tls_secret: Secret with certificate and key of the routes' hosts. Left out: the controller has them, or no
                TLS.
            annotations: What the controller reads.

        Raises:
            ValueError: A route names a port that its Service does not have.
        """
        hosts = list(dict.fromkeys(route.host for route in routes))
        named = [host for host in hosts if host is not None]
        super().__init__(
            scope,
            construct_id("Ingress", component),
            metadata=metadata(component, annotations=annotations),
            spec=k8s.IngressSpec(
                ingress_class_name=class_name,
                rules=[_rule(host, [route for route in routes if route.host == host]) for host in hosts],
                tls=[k8s.IngressTls(hosts=named or None, secret_name=tls_secret)] if tls_secret else None,
            ),
        )


def _rule(host: str | None, routes: Sequence[Route]) -> k8s.IngressRule:
    paths = [
        k8s.HttpIngressPath(path=route.path, path_type="Prefix", backend=_backend(route)) for route in routes
    ]
    return k8s.IngressRule(host=host, http=k8s.HttpIngressRuleValue(paths=paths))


def _backend(route: Route) -> k8s.IngressBackend:
    if route.port_name not in route.service.ports:
        known = ", ".join(route.service.ports)
        raise ValueError(
            f"an ingress names port {route.port_name!r} of Service {route.service.object_name}; its ports: {known}"
        )
    return k8s.IngressBackend(
        service=k8s.IngressServiceBackend(
            name=route.service.object_name, port=k8s.ServiceBackendPort(name=route.port_name)
        )
    )
