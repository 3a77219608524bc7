"""Who may connect to whom, as the network policies of manifests let them: a row per target."""

from collections.abc import Sequence
from dataclasses import dataclass

from commands.manifests.graph import Manifest
from k8s.checks.network import allowed_edges


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What some pods may open: `target` is a workload, other pods by their labels, or a range of addresses."""

    target: str
    ports: str
    sources: tuple[str, ...]


def connections(manifests: Sequence[Manifest]) -> list[Connection]:
    """A row per target and its ports, with everybody who may connect there: both sides' policies have to agree."""
    ports: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for edge in allowed_edges(manifests):
        ports.setdefault((edge.target, edge.source), []).append((edge.port or 0, edge.protocol.lower()))
    sources: dict[tuple[str, str], list[str]] = {}
    for (target, source), opened in ports.items():
        said = ", ".join(f"{protocol} {port or 'any'}" for port, protocol in sorted(opened))
        sources.setdefault((target, said), []).append(source)
    return [
        Connection(target=target, ports=said, sources=tuple(sorted(those)))
        for (target, said), those in sorted(sources.items())
    ]
