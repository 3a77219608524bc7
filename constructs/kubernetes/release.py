"""A Helm release in a cluster of this stack."""

from collections.abc import Mapping
from typing import Literal

from aws_cdk import Duration
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

POD_SECURITY: dict[str, object] = {
    "runAsNonRoot": True,
    "runAsUser": 65534,
    "runAsGroup": 65534,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY: dict[str, object] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
}


PodSecurity = Literal["restricted", "baseline", "privileged"]
"""A level of the Pod Security Standards."""


class Release(Construct):
    """`chart`: there when its pods are ready, so that what depends on it finds its webhooks and custom resources.

    The namespace is create-only: in another one Helm would make the release anew, and refuses to, because roles and
    webhooks of the whole cluster belong to the old one. It is in no construct id, or the old namespace would go.

    A namespace that is made here goes behind the chart, whatever the preset: Helm leaves the claims of StatefulSets,
    and only the namespace takes them. What becomes of their volumes, the storage class says.
    """

    chart: eks.HelmChart

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        name: str,
        namespace: str,
        repository: str,
        chart: str,
        version: str,
        values: Mapping[str, object],
        makes_namespace: PodSecurity | None = None,
    ) -> None:
        """`name`: of the release. `version`: of the chart, exactly.

        `makes_namespace`: the level that the new namespace enforces. Left out: `namespace` is there already.

        Raises ValueError when it would make a namespace of the cluster's own.
        """
        super().__init__(scope, construct_id)
        if makes_namespace is not None and (namespace == "default" or namespace.startswith("kube-")):
            raise ValueError(
                f"release {name} would make {namespace}, which is the cluster's own and would go with the release; "
                "give it a namespace of its own"
            )
        self.chart = eks.HelmChart(
            self,
            "Chart",
            cluster=cluster,
            release=name,
            namespace=namespace,
            create_namespace=False,
            repository=repository,
            chart=chart,
            version=version,
            values=dict(values),
            wait=True,
            timeout=Duration.minutes(10),
        )
        if makes_namespace is not None:
            self.chart.node.add_dependency(_namespace(self, cluster, namespace, makes_namespace))


def _namespace(
    scope: Construct, cluster: eks.ICluster, name: str, level: PodSecurity
) -> eks.KubernetesManifest:
    return eks.KubernetesManifest(
        scope,
        "Namespace",
        cluster=cluster,
        overwrite=True,
        manifest=[
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": level}},
            }
        ],
    )


def resources(cpu: str, memory: str, *, limit: str | None = None) -> dict[str, object]:
    """Requests, and `limit` of memory; left out: as much as is requested."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": limit or memory}}
