"""The control plane of an EKS cluster."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.notice import Notice
from constructs.observability.watch import Watch

MOST_BYTES = 6 * 1024**3
"""EKS keeps 8 GiB of objects at most and then takes no more (Amazon EKS best practices, "Control plane")."""

MANY_ERRORS_PERCENT = 5


class ClusterWatch(Watch):
    """Pods without a node, nodes that do not start, errors of the Kubernetes API, and its database.

    EKS gives these metrics to any cluster; whether a node that runs is well is for Prometheus to see.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        cluster_name: str,
        node_groups: Sequence[str],
    ) -> None:
        """`node_groups`: names that EKS knows them by; they may be tokens."""
        super().__init__(scope, construct_id, audience=audience)
        self._cluster = {"ClusterName": cluster_name}
        self._pods()
        self._nodes(node_groups)
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

    def _nodes(self, node_groups: Sequence[str]) -> None:
        Notice(
            self,
            "NodeNotStarted",
            audience=self.audience,
            source="aws.autoscaling",
            detail_types=["EC2 Instance Launch Unsuccessful"],
            # EKS names a group's Auto Scaling group so
            detail={"AutoScalingGroupName": [{"prefix": f"eks-{name}-"} for name in node_groups]},
            meaning="EC2 did not start a node of a group; pods that need it wait.",
            first_step="read the reason below: a quota of vCPUs, no capacity of these types (add types to the group), "
            "or a key that was switched off.",
            details={"group": "$.detail.AutoScalingGroupName", "reason": "$.detail.StatusMessage"},
        )

    def _api(self) -> None:
        errors = self._metric("apiserver_request_total_5XX", "Sum")
        share = cw.MathExpression(
            expression="IF(requests > 0, 100 * errors / requests, 0)",
            using_metrics={"errors": errors, "requests": self._metric("apiserver_request_total", "Sum")},
            period=Duration.minutes(5),
        )
        failing = self.alarm(
            "ClusterErrors",
            share,
            meaning=f"More than {MANY_ERRORS_PERCENT} % of the requests to the Kubernetes API have failed for 15 "
            "minutes: nothing is deployed or scaled reliably. Pods that run go on.",
            first_step="look for EKS in the AWS Health Dashboard; then kubectl get --raw '/readyz?verbose', and the "
            "control plane's log group for a webhook that does not answer.",
            threshold=MANY_ERRORS_PERCENT,
            periods=3,
        )
        stored = self._metric("apiserver_storage_size_bytes", "Maximum")
        alarm = self.alarm(
            "ClusterStorage",
            stored,
            meaning="The cluster's own database has 6 of its 8 GiB; full, it takes no change at all.",
            first_step="kubectl get events,jobs -A | wc -l: delete what an operator makes without end.",
            threshold=MOST_BYTES,
            periods=3,
        )
        self.graph("Cluster: Kubernetes API", {"errors, %": share}, limits=[failing], unit="percent")
        self.graph("Cluster: objects", {"bytes": stored}, limits=[alarm], unit="bytes")
