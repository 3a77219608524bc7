"""A namespace whose pods are held to a Pod Security level."""

from collections.abc import Mapping
from typing import Literal

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Installation

Level = Literal["restricted", "baseline", "privileged"]


class Namespace(k8s.KubeNamespace):
    def __init__(
        self,
        scope: Construct,
        *,
        installation: Installation,
        kubernetes_version: str,
        level: Level = "restricted",
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            installation: Whose namespace it is.
            kubernetes_version: The cluster's minor version, such as `1.36`: the level means what it means there,
                also after the cluster's upgrade.
            level: Pod Security Standard that is enforced. Lower than restricted only for what cannot run so.
            labels: More of them, such as those that a webhook chooses namespaces by.
        """
        of_levels: dict[str, str] = {}
        for mode in ("enforce", "audit", "warn"):
            of_levels[f"pod-security.kubernetes.io/{mode}"] = level
            of_levels[f"pod-security.kubernetes.io/{mode}-version"] = f"v{kubernetes_version}"
        super().__init__(
            scope,
            f"Namespace-{installation.namespace}",
            metadata=k8s.ObjectMeta(
                name=installation.namespace,
                labels={**installation.labels, **of_levels, **(labels or {})},
            ),
        )
