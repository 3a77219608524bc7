"""The control plane of an EKS cluster."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.watch import Watch

MOST_BYTES = 6 * 1024**3
"""EKS keeps 8 GiB of objects at most and then takes no more (Amazon EKS best practices, "Control plane")."""


class ClusterWatch(Watch):
    """Pods without a node, errors of the Kubernetes API, and its database."""

    def __init__(self, scope: Construct, construct_id: str, *, audience: Audience, cluster_name: str) -> None:
        super().__init__(scope, construct_id, audience=audience)
        self._cluster = {"ClusterName": cluster_name}
        self._pods()
        self._api()

    def _metric(self, name: str, statistic: str) -> cw.Metric:
        return cw.Metric(
            namespace="AWS/EKS",
            metric_name=name,
            dimensions_map=self._cluster,
            statistic=statistic,
            period=Duration.minutes(5),
        )

    def _pods(self) -> None:
        waiting = self._metric("scheduler_pending_pods_UNSCHEDULABLE", "Minimum")
        alarm = self.alarm(
            "PodsWithoutNode",
            waiting,
            meaning="Pods find no node for 15 minutes: the groups of nodes are at their most, or a volume is in "
            "another zone.",
            first_step="kubectl get pods -A --field-selector status.phase=Pending, then kubectl describe pod: "
            "its events say what is missing.",
            threshold=0,
            periods=3,
        )
        self.graph("Cluster: pods without a node", {"pods": waiting}, limits=[alarm], unit="pods")

    def _api(self) -> None:
        errors = self._metric("apiserver_request_total_5XX", "Sum")
        stored = self._metric("apiserver_storage_size_bytes", "Maximum")
        alarm = self.alarm(
            "ClusterStorage",
            stored,
            meaning="The cluster's own database has 6 of its 8 GiB; full, it takes no change at all.",
            first_step="kubectl get events,jobs -A | wc -l: delete what an operator makes without end.",
            threshold=MOST_BYTES,
            periods=3,
        )
        self.graph("Cluster: Kubernetes API", {"errors": errors}, unit="requests")
        self.graph("Cluster: objects", {"bytes": stored}, limits=[alarm], unit="bytes")
