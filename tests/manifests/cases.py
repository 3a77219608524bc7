"""Whose manifests the policy tests read, with what is declared about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from k8s.aegisai.externals import externals_of
from k8s.aegisai.parts import parts_of
from k8s.aegisai.policies import network_of
from k8s.checks.declared import declared_edges
from k8s.checks.known import External
from k8s.checks.network import Allowed
from k8s.manifests import Manifest
from settings.aegisai import AegisAIDeployment
from tests.k8s import shop
from tests.k8s.aegisai.deployments import FILES, VARIANTS, example, of_example, of_variant


@dataclass(frozen=True, kw_only=True)
class Case:
    """The manifests of one deployment.

    edges: every connection that should be open. externals: what is used and made by others.
    """

    manifests: Sequence[Manifest]
    kubernetes_version: str
    edges: frozenset[Allowed]
    externals: tuple[External, ...]


def _shop() -> Case:
    edges = declared_edges(
        components=shop.COMPONENTS,
        edges=shop.EDGES,
        outbound=shop.OUTBOUND,
        inbound=shop.INBOUND,
        foreign=[shop.PROMETHEUS],
    )
    return Case(
        manifests=shop.manifests(),
        kubernetes_version=shop.VERSION,
        edges=edges,
        externals=shop.EXTERNALS,
    )


def aegisai(settings: AegisAIDeployment, made: list[Manifest]) -> Case:
    """AegisAI with these settings."""
    parts = parts_of(settings)
    network = network_of(settings, parts)
    edges = declared_edges(
        components=parts.all,
        edges=network.edges,
        outbound=network.outbound,
        inbound=network.inbound,
        foreign=network.foreign,
        dns_cidrs=network.dns_cidrs,
    )
    return Case(
        manifests=made,
        kubernetes_version=settings.kubernetes_version,
        edges=edges,
        externals=externals_of(settings),
    )


def _of_example(name: str) -> Case:
    return aegisai(example(name), of_example(name))


def _of_variant(name: str) -> Case:
    return aegisai(VARIANTS[name], of_variant(name))


CASES: dict[str, Callable[[], Case]] = {
    "shop": _shop,
    **{file.stem: partial(_of_example, file.stem) for file in sorted(FILES.glob("aegisai-*.yaml"))},
    **{name: partial(_of_variant, name) for name in VARIANTS},
}
"""By name of the deployment; made when a test asks for it."""
