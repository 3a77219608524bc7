"""The name and ports under which a component's pods are reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component
from k8s.objects import construct_id, metadata

SERVICE_LABEL = "pergola/service"
"""Tells two Services of one component apart, so that a monitor does not scrape the same pods through both."""


@dataclass(frozen=True, kw_only=True)
class ServicePort:
    """A port of the Service. target: name of the container's port; left out: the same name."""

    name: str
    port: int
    target: str | None = None


class Service(k8s.KubeService):
    """`component`, `object_name`, `ports` by name."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        name: str | None = None,
        type: Literal["ClusterIP", "LoadBalancer"] = "ClusterIP",
        headless: bool = False,
        ports: Sequence[ServicePort] = (),
        annotations: Mapping[str, str] | None = None,
        load_balancer_class: str | None = None,
        load_balancer_source_ranges: Sequence[str] = (),
    ) -> None:
        """
        Args:
            component: Whose pods answer.
            name: Left out: the component's.
            type: A LoadBalancer is reached from outside the cluster.
            headless: The name resolves to the pods themselves, as a StatefulSet needs it.
            ports: Left out: the component's own, each under its own number.
            annotations: What a load balancer's controller reads.
            load_balancer_class: The controller that makes the load balancer. Left out: the cluster's own.
            load_balancer_source_ranges: CIDR blocks that may call. Left out: all.
        """
        self.component = component
        self.object_name = name or component.name
        self.ports = {
            each.name: each
            for each in ports or [ServicePort(name=p.name, port=p.number) for p in component.ports]
        }
        super().__init__(
            scope,
            construct_id("Service", component, name),
            metadata=metadata(
                component, name, annotations=annotations, labels={SERVICE_LABEL: self.object_name}
            ),
            spec=k8s.ServiceSpec(
                type=type,
                cluster_ip="None" if headless else None,
                # a StatefulSet's pods find each other before they are ready
                publish_not_ready_addresses=True if headless else None,
                selector=component.selector,
                ports=[_port(each, component) for each in self.ports.values()],
                load_balancer_class=load_balancer_class,
                load_balancer_source_ranges=list(load_balancer_source_ranges) or None,
            ),
        )


def _port(port: ServicePort, component: Component) -> k8s.ServicePort:
    target = component.port(port.target or port.name)
    return k8s.ServicePort(
        name=port.name,
        port=port.port,
        target_port=k8s.IntOrString.from_string(target.name),
        protocol=target.protocol,
    )
