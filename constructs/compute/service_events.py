"""What ECS itself reports of a cluster, in a log group."""

from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct


class ServiceEvents(Construct):
    """Stopped tasks with their reason, failed deployments, and tasks that found no place go to `log_group`.

    Takes one of the ten resource policies that CloudWatch Logs allows in a region: nobody but us allows EventBridge to
    write to a log group of this name. So an account has at most ten deployments in a region.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, cluster: ecs.ICluster, log_group: logs.ILogGroup
    ) -> None:
        super().__init__(scope, construct_id)
        self._cluster, self._log_group = cluster, log_group
        logs.ResourcePolicy(
            self,
            "Deliver",
            policy_statements=[
                iam.PolicyStatement(
                    principals=[
                        iam.ServicePrincipal("events.amazonaws.com"),
                        iam.ServicePrincipal("delivery.logs.amazonaws.com"),
                    ],
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[log_group.log_group_arn],
                )
            ],
        )
        self._log(
            "StoppedTasks",
            description="Tasks that stopped, with the reason",
            detail_type="ECS Task State Change",
            detail={"lastStatus": ["STOPPED"], "clusterArn": [cluster.cluster_arn]},
        )
        self._log(
            "FailedDeployments",
            description="Deployments that failed or were rolled back",
            detail_type="ECS Deployment State Change",
            detail={"eventType": ["ERROR"]},
            resources=self._services(),
        )
        self._log(
            "ServiceTrouble",
            description="Services that found no capacity or could not start tasks",
            detail_type="ECS Service Action",
            detail={"eventType": ["WARN", "ERROR"], "clusterArn": [cluster.cluster_arn]},
        )

    def _services(self) -> list[Any]:
        prefix = (
            f"arn:{Aws.PARTITION}:ecs:{Aws.REGION}:{Aws.ACCOUNT_ID}:service/{self._cluster.cluster_name}/"
        )
        return [{"prefix": prefix}]

    def _log(
        self,
        construct_id: str,
        *,
        description: str,
        detail_type: str,
        detail: dict[str, Any],
        resources: list[Any] | None = None,
    ) -> None:
        pattern: dict[str, Any] = {"source": ["aws.ecs"], "detail-type": [detail_type], "detail": detail}
        if resources is not None:
            pattern["resources"] = resources
        # L1: the L2's log-group target brings a custom resource on Node for the policy above.
        events.CfnRule(
            self,
            construct_id,
            description=description,
            event_pattern=pattern,
            targets=[events.CfnRule.TargetProperty(id="Log", arn=self._log_group_arn())],
        )

    def _log_group_arn(self) -> str:
        """EventBridge takes the ARN without the `:*` that CloudFormation's attribute ends in."""
        name = self._log_group.log_group_name
        return f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{name}"
