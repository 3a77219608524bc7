"""One declared edge makes the egress rule of its source and the ingress rule of its target."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TypeVar

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component, Installation
from k8s.edges import DNS, INTERNET, PRIVATE_NETWORKS, Edge, ForeignPods, Inbound, Outbound

NAMESPACE_NAME = "kubernetes.io/metadata.name"

Peer = TypeVar("Peer", Component, Component | ForeignPods)


class UnknownPeer(ValueError):
    """An edge names what is not there."""


class NetworkPolicies(Construct):
    """Closes the namespace, lets every pod ask DNS, and opens the declared edges: a policy per component."""

    def __init__(
        self,
        scope: Construct,
        *,
        installation: Installation,
        components: Sequence[Component],
        edges: Sequence[Edge],
        outbound: Sequence[Outbound] = (),
        inbound: Sequence[Inbound] = (),
        foreign: Sequence[ForeignPods] = (),
        dns_cidrs: Sequence[str] = (),
        private_networks: Sequence[str] = PRIVATE_NETWORKS,
    ) -> None:
        """
        Args:
            installation: Whose namespace is closed.
            components: Everything that has pods there.
            edges: What the pods of one component may open to those of another.
            outbound: What they may reach outside the cluster.
            inbound: What outside the cluster may reach them.
            foreign: Pods of other namespaces that edges name; their own policies are not made here.
            dns_cidrs: Where DNS is asked beside CoreDNS's pods, such as a cache on each node.
            private_networks: What no internet is, with the network of the nodes where that has public addresses.

        Raises:
            UnknownPeer: An edge names a component that is not there.
            ValueError: An edge names a port that its target does not have.
        """
        super().__init__(scope, f"NetworkPolicies-{installation.namespace}")
        self._components = {component.name: component for component in components}
        self._peers: dict[str, Component | ForeignPods] = {
            **self._components,
            **{each.name: each for each in foreign},
        }
        _close(self, installation, dns_cidrs)
        for edge in edges:
            self._peer(edge.source)
            self._peer(edge.target)
        for component in components:
            self._open(
                component,
                ingress=[
                    *(self._from_peer(edge) for edge in edges if edge.target == component.name),
                    *(self._from_outside(each) for each in inbound if each.target == component.name),
                ],
                egress=[
                    *(self._to_peer(edge) for edge in edges if edge.source == component.name),
                    *(
                        _to_outside(each, private_networks)
                        for each in outbound
                        if each.source == component.name
                    ),
                ],
            )
        for name in (*(each.source for each in outbound), *(each.target for each in inbound)):
            self._component(name)

    def _peer(self, name: str) -> Component | ForeignPods:
        return _named(name, self._peers)

    def _component(self, name: str) -> Component:
        return _named(name, self._components)

    def _from_peer(self, edge: Edge) -> k8s.NetworkPolicyIngressRule:
        target = self._component(edge.target)
        return k8s.NetworkPolicyIngressRule(
            from_=[_pods(self._peer(edge.source), seen_from=target.namespace)],
            ports=[_port(target, edge.port_name)],
        )

    def _to_peer(self, edge: Edge) -> k8s.NetworkPolicyEgressRule:
        target = self._peer(edge.target)
        source = self._component(edge.source)
        return k8s.NetworkPolicyEgressRule(
            to=[_pods(target, seen_from=source.namespace)], ports=[_port(target, edge.port_name)]
        )

    def _from_outside(self, inbound: Inbound) -> k8s.NetworkPolicyIngressRule:
        return k8s.NetworkPolicyIngressRule(
            from_=[k8s.NetworkPolicyPeer(ip_block=k8s.IpBlock(cidr=cidr)) for cidr in inbound.cidrs],
            ports=[_port(self._component(inbound.target), inbound.port_name)],
        )

    def _open(
        self,
        component: Component,
        *,
        ingress: Sequence[k8s.NetworkPolicyIngressRule],
        egress: Sequence[k8s.NetworkPolicyEgressRule],
    ) -> None:
        types = [*(["Ingress"] if ingress else []), *(["Egress"] if egress else [])]
        if types:
            k8s.KubeNetworkPolicy(
                self,
                f"NetworkPolicy-{component.namespace}-{component.name}",
                metadata=k8s.ObjectMeta(
                    name=component.name, namespace=component.namespace, labels=component.labels
                ),
                spec=k8s.NetworkPolicySpec(
                    pod_selector=k8s.LabelSelector(match_labels=component.selector),
                    policy_types=types,
                    ingress=list(ingress) or None,
                    egress=list(egress) or None,
                ),
            )


def _close(scope: Construct, installation: Installation, dns_cidrs: Sequence[str]) -> None:
    everything = installation.component("default-deny", role="network")
    dns = installation.component("allow-dns", role="network")
    asked = [_port(DNS, port.name) for port in DNS.ports]
    servers = [_pods(DNS, seen_from=installation.namespace), *(_block(cidr, ()) for cidr in dns_cidrs)]
    rules = [k8s.NetworkPolicyEgressRule(to=servers, ports=asked)]
    for component, types, egress in (
        (everything, ["Ingress", "Egress"], None),
        (dns, ["Egress"], rules),
    ):
        k8s.KubeNetworkPolicy(
            scope,
            f"NetworkPolicy-{component.namespace}-{component.name}",
            metadata=k8s.ObjectMeta(
                name=component.name, namespace=component.namespace, labels=component.labels
            ),
            spec=k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=types, egress=egress),
        )


def _named(name: str, peers: Mapping[str, Peer]) -> Peer:
    if name in peers:
        return peers[name]
    near = get_close_matches(name, peers, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(peers) or 'none'}"
    raise UnknownPeer(f"a network edge names {name!r}, which is no component; {remedy}")


def _pods(peer: Component | ForeignPods, *, seen_from: str) -> k8s.NetworkPolicyPeer:
    elsewhere = peer.namespace != seen_from
    labels = None if peer.namespace is None else {NAMESPACE_NAME: peer.namespace}
    namespace = k8s.LabelSelector(match_labels=labels) if elsewhere else None
    return k8s.NetworkPolicyPeer(
        namespace_selector=namespace, pod_selector=k8s.LabelSelector(match_labels=dict(peer.selector) or None)
    )


def _port(target: Component | ForeignPods, name: str) -> k8s.NetworkPolicyPort:
    for port in target.ports:
        if port.name == name:
            return k8s.NetworkPolicyPort(
                port=k8s.IntOrString.from_number(port.number), protocol=port.protocol
            )
    known = ", ".join(port.name for port in target.ports) or "none"
    raise ValueError(f"a network edge names port {name!r} of {target.name}; its ports: {known}")


def _to_outside(outbound: Outbound, private_networks: Sequence[str]) -> k8s.NetworkPolicyEgressRule:
    excepted = outbound.except_cidrs
    return k8s.NetworkPolicyEgressRule(
        to=[
            _block(cidr, private_networks if excepted is None and cidr == INTERNET else (excepted or ()))
            for cidr in outbound.cidrs
        ],
        ports=[
            k8s.NetworkPolicyPort(port=k8s.IntOrString.from_number(port), protocol="TCP")
            for port in outbound.ports
        ],
    )


def _block(cidr: str, excepted: Sequence[str]) -> k8s.NetworkPolicyPeer:
    return k8s.NetworkPolicyPeer(ip_block=k8s.IpBlock(cidr=cidr, except_=list(excepted) or None))
