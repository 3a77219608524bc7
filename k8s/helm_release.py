"""A Helm chart that K3s's own controller installs; on EKS the cluster's stack does."""

from collections.abc import Mapping
from typing import Any

from cdk8s import ApiObject, ApiObjectMetadata, JsonPatch
from constructs import Construct

from k8s.component import Installation
from k8s.yaml import as_yaml

CONTROLLER_NAMESPACE = "kube-system"


class HelmRelease(ApiObject):
    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        chart: str,
        version: str,
        installation: Installation,
        repository: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Args:
            name: Of the release.
            chart: Its name in the repository, or a whole `oci://` address.
            version: Exact version of the chart.
            installation: Whose namespace it is installed into.
            repository: Address of the repository. Left out: `chart` is a whole address.
            values: What is set beside the chart's defaults. Left out: nothing.

        Raises:
            ValueError: Where the chart comes from is said twice or not at all.
        """
        if chart.startswith("oci://") == (repository is not None):
            raise ValueError(
                f"{name}: chart {chart!r} needs a repository, or is a whole oci:// address without one"
            )
        super().__init__(
            scope,
            f"HelmChart-{CONTROLLER_NAMESPACE}-{name}",
            api_version="helm.cattle.io/v1",
            kind="HelmChart",
            metadata=ApiObjectMetadata(name=name, namespace=CONTROLLER_NAMESPACE, labels=installation.labels),
        )
        spec = {
            "chart": chart,
            **({"repo": repository} if repository is not None else {}),
            "version": version,
            "targetNamespace": installation.namespace,
            **({"valuesContent": as_yaml(dict(values))} if values else {}),
        }
        self.add_json_patch(JsonPatch.add("/spec", spec))
