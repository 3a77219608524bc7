"""The network policies read back as a graph: who can open a connection to whom, both sides asked.

A connection needs a rule of its source's egress and one of its target's ingress. Pods that no policy of a direction
selects are open in that direction, which shows as an edge to or from `ANYWHERE`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import product
from typing import Any, Literal

from k8s.checks.pods import PodTemplate, pods_of, selects

POD_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
"""Where pods may have their addresses: a block of addresses that overlaps one of these may mean pods, too."""
NAMESPACE_NAME = "kubernetes.io/metadata.name"
ANYWHERE = "anywhere"
Direction = Literal["Ingress", "Egress"]
PEERS = {"Ingress": "from", "Egress": "to"}


@dataclass(frozen=True, order=True, kw_only=True)
class Allowed:
    """One way that is open.

    source, target: `namespace/name` of a workload, `namespace{key=value}` of pods that no manifest describes, a block
    of addresses, or `anywhere`. port left out: every port.
    """

    source: str
    target: str
    port: int | None
    protocol: str = "TCP"


@dataclass(frozen=True, kw_only=True)
class _Rule:
    peers: Sequence[Mapping[str, Any]] | None
    ports: Sequence[Mapping[str, Any]] | None


def allowed_edges(
    manifests: Iterable[Mapping[str, Any]], *, pod_networks: Sequence[str] = POD_NETWORKS
) -> frozenset[Allowed]:
    """Every connection that the policies let through.

    Args:
        manifests: Workloads, policies and namespaces; the rest is not looked at.
        pod_networks: Where pods have their addresses.
    """
    manifests = list(manifests)
    pods = pods_of(manifests)
    policies = [each for each in manifests if each["kind"] == "NetworkPolicy"]
    namespaces = {
        each["metadata"]["name"]: {
            NAMESPACE_NAME: each["metadata"]["name"],
            **each["metadata"].get("labels", {}),
        }
        for each in manifests
        if each["kind"] == "Namespace"
    }
    graph = _Graph(pods, policies, namespaces, pod_networks)
    return frozenset((*graph.between_pods(), *graph.from_outside(), *graph.to_outside()))


class _Graph:
    def __init__(
        self,
        pods: Sequence[PodTemplate],
        policies: Sequence[Mapping[str, Any]],
        namespaces: Mapping[str, Mapping[str, str]],
        pod_networks: Sequence[str],
    ) -> None:
        self._pods = pods
        self._policies = policies
        self._namespaces = namespaces
        self._pod_networks = pod_networks

    def between_pods(self) -> Iterator[Allowed]:
        for source, target in product(self._pods, repeat=2):  # a workload's pods may call each other, too
            out = self._ports(source, "Egress", other=target, target=target)
            into = self._ports(target, "Ingress", other=source, target=target)
            for port, protocol in _both(out, into):
                yield Allowed(source=_name(source), target=_name(target), port=port, protocol=protocol)

    def from_outside(self) -> Iterator[Allowed]:
        for target in self._pods:
            for name, rule in self._outsiders(target, "Ingress"):
                for port, protocol in _ports_of(rule, target):
                    yield Allowed(source=name, target=_name(target), port=port, protocol=protocol)

    def to_outside(self) -> Iterator[Allowed]:
        for source in self._pods:
            for name, rule in self._outsiders(source, "Egress"):
                for port, protocol in _ports_of(rule, None):
                    yield Allowed(source=_name(source), target=name, port=port, protocol=protocol)

    def _ports(
        self, pod: PodTemplate, direction: Direction, *, other: PodTemplate, target: PodTemplate
    ) -> set[tuple[int | None, str]]:
        """Ports of `target` that the rules of `pod` open towards `other`."""
        return {
            port
            for namespace, rule in self._rules(pod, direction)
            if rule.peers is None or any(self._is(peer, other, namespace) for peer in rule.peers)
            for port in _ports_of(rule, target)
        }

    def _rules(self, pod: PodTemplate, direction: Direction) -> list[tuple[str, _Rule]]:
        """Rules for the pod with the namespace of their policy; a rule for everything when no policy selects it."""
        chosen = [
            policy
            for policy in self._policies
            if policy["metadata"]["namespace"] == pod.namespace
            and direction in _types(policy)
            and selects(policy["spec"]["podSelector"], pod.labels)
        ]
        if not chosen:
            return [(pod.namespace, _Rule(peers=None, ports=None))]
        return [
            (pod.namespace, _Rule(peers=rule.get(PEERS[direction]) or None, ports=rule.get("ports") or None))
            for policy in chosen
            for rule in policy["spec"].get(direction.lower(), [])
        ]

    def _is(self, peer: Mapping[str, Any], pod: PodTemplate, namespace: str) -> bool:
        if "ipBlock" in peer:
            return self._may_hold_pods(peer["ipBlock"])
        if "namespaceSelector" not in peer:
            return pod.namespace == namespace and selects(peer["podSelector"], pod.labels)
        labels = self._namespaces.get(pod.namespace, {NAMESPACE_NAME: pod.namespace})
        return selects(peer["namespaceSelector"], labels) and selects(peer.get("podSelector", {}), pod.labels)

    def _may_hold_pods(self, block: Mapping[str, Any]) -> bool:
        cidr = ip_network(block["cidr"])
        excepted = [ip_network(each) for each in block.get("except", [])]
        for network in map(ip_network, self._pod_networks):
            if cidr.version != network.version or not cidr.overlaps(network):
                continue
            both = max(cidr, network, key=lambda each: each.prefixlen)
            if not any(each.version == both.version and both.subnet_of(each) for each in excepted):  # type: ignore[arg-type]
                return True
        return False

    def _outsiders(self, pod: PodTemplate, direction: Direction) -> Iterator[tuple[str, _Rule]]:
        """Peers of the pod's rules that are no pod of the manifests."""
        for namespace, rule in self._rules(pod, direction):
            if rule.peers is None:
                yield ANYWHERE, rule
                continue
            for peer in rule.peers:
                if "ipBlock" in peer:
                    yield peer["ipBlock"]["cidr"], rule
                elif _of_any_namespace(peer) or not any(
                    self._is(peer, other, namespace) for other in self._pods
                ):
                    yield _described(peer, namespace), rule


def _types(policy: Mapping[str, Any]) -> Sequence[str]:
    spec = policy["spec"]
    implied = ["Ingress", *(["Egress"] if "egress" in spec else [])]
    return list(spec.get("policyTypes") or implied)


def _ports_of(rule: _Rule, target: PodTemplate | None) -> set[tuple[int | None, str]]:
    """Numbers and protocols; a name is looked up in the target, and opens nothing where that has no such port."""
    if rule.ports is None:
        return {(None, protocol) for protocol in ("TCP", "UDP")}
    found: set[tuple[int | None, str]] = set()
    for each in rule.ports:
        port, protocol = each.get("port"), each.get("protocol", "TCP")
        if isinstance(port, str):
            number = None if target is None else target.ports.get(port)
            if number is not None:
                found.add((number, protocol))
        elif port is None:
            found.add((None, protocol))
        else:
            found |= {(number, protocol) for number in range(port, each.get("endPort", port) + 1)}
    return found


def _both(
    first: set[tuple[int | None, str]], second: set[tuple[int | None, str]]
) -> set[tuple[int | None, str]]:
    """What both let through, where no number means every number."""
    every = {protocol for number, protocol in first if number is None}
    every_other = {protocol for number, protocol in second if number is None}
    return (
        (first & second)
        | {pair for pair in first if pair[1] in every_other}
        | {pair for pair in second if pair[1] in every}
    )


def _name(pod: PodTemplate) -> str:
    return f"{pod.namespace}/{pod.name}"


def _of_any_namespace(peer: Mapping[str, Any]) -> bool:
    """Whether pods are meant beside those of the manifests, in namespaces that nothing says the names of."""
    return "namespaceSelector" in peer and NAMESPACE_NAME not in peer["namespaceSelector"].get(
        "matchLabels", {}
    )


def _described(peer: Mapping[str, Any], namespace: str) -> str:
    where = peer.get("namespaceSelector", {}).get("matchLabels", {}).get(NAMESPACE_NAME)
    place = where or ("*" if "namespaceSelector" in peer else namespace)
    labels = peer.get("podSelector", {}).get("matchLabels", {})
    return f"{place}{{{','.join(f'{key}={value}' for key, value in sorted(labels.items()))}}}"
