"""What the declared edges mean, in the words of `allowed_edges`, worked out without any policy."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from k8s.checks.network import Allowed
from k8s.component import Component
from k8s.edges import DNS, Edge, ForeignPods, Inbound, Outbound


def declared_edges(
    *,
    components: Sequence[Component],
    edges: Sequence[Edge],
    outbound: Sequence[Outbound] = (),
    inbound: Sequence[Inbound] = (),
    foreign: Sequence[ForeignPods] = (),
    dns_cidrs: Sequence[str] = (),
) -> frozenset[Allowed]:
    """The connections that should be open, and no more: DNS for every component, and what is declared."""
    peers: dict[str, Component | ForeignPods] = {each.name: each for each in components}
    peers |= {each.name: each for each in foreign}
    return frozenset(
        (
            *_dns(components, dns_cidrs),
            *(_edge(peers[edge.source], peers[edge.target], edge.port_name) for edge in edges),
            *_outbound(peers, outbound),
            *_inbound(peers, inbound),
        )
    )


def _dns(components: Sequence[Component], cidrs: Sequence[str]) -> Iterator[Allowed]:
    for component, target, port in product(components, (_name(DNS), *cidrs), DNS.ports):
        yield Allowed(source=_name(component), target=target, port=port.number, protocol=port.protocol)


def _edge(source: Component | ForeignPods, target: Component | ForeignPods, port_name: str) -> Allowed:
    [port] = [port for port in target.ports if port.name == port_name]
    return Allowed(source=_name(source), target=_name(target), port=port.number, protocol=port.protocol)


def _outbound(
    peers: Mapping[str, Component | ForeignPods], outbound: Sequence[Outbound]
) -> Iterator[Allowed]:
    for each in outbound:
        for cidr in each.cidrs:
            for port in each.ports:
                yield Allowed(source=_name(peers[each.source]), target=cidr, port=port)


def _inbound(peers: Mapping[str, Component | ForeignPods], inbound: Sequence[Inbound]) -> Iterator[Allowed]:
    for each in inbound:
        target = peers[each.target]
        [port] = [port for port in target.ports if port.name == each.port_name]
        for cidr in each.cidrs:
            yield Allowed(source=cidr, target=_name(target), port=port.number, protocol=port.protocol)


def _name(peer: Component | ForeignPods) -> str:
    if isinstance(peer, Component):
        return f"{peer.namespace}/{peer.name}"
    labels = ",".join(f"{key}={value}" for key, value in sorted(peer.selector.items()))
    return f"{peer.namespace or '*'}{{{labels}}}"
