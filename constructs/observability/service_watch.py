"""The tasks of a service."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import ActionableAlarm, Audience
from constructs.observability.notice import Notice
from constructs.observability.watch import MISSING_IS_WRONG, Watch

RUNNING = "SampleCount"
"""Each running task reports its CPU once a minute, so the samples of a minute are the running tasks (Amazon
ECS developer
guide, "Service RUNNING task count"). It needs no Container Insights."""

TROUBLE = ["SERVICE_DEPLOYMENT_FAILED", "SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE"]


class ServiceWatch(Watch):
    """Alarms on an ECS service, and notices of deployments that fail; `no_running_task`."""

    no_running_task: ActionableAlarm

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        cluster_name: str,
        service_name: str,
        service_arn: str,
    ) -> None:
        super().__init__(scope, construct_id, audience=audience)
        self._dimensions = {"ClusterName": cluster_name, "ServiceName": service_name}
        self.no_running_task = self._running(construct_id)
        self._load(construct_id)
        self._deployments(service_arn)

    def _metric(self, name: str, statistic: str, *, minutes: int = 5) -> cw.Metric:
        return cw.Metric(
            namespace="AWS/ECS",
            metric_name=name,
            dimensions_map=self._dimensions,
            statistic=statistic,
            period=Duration.minutes(minutes),
        )

    def _running(self, service: str) -> ActionableAlarm:
        running = self._metric("CPUUtilization", RUNNING, minutes=1)
        alarm = self.alarm(
            "NoRunningTask",
            running,
            meaning=f"No task of {service} has run for five minutes.",
            first_step="open the service in the ECS console and read its events: they say why tasks stop or "
            "do not start.",
            threshold=1,
            comparison=cw.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=5,
            when_missing=MISSING_IS_WRONG,
            needs_tasks=True,
        )
        self.graph(f"{service}: running tasks", {"running": running}, limits=[alarm], unit="tasks")
        return alarm

    def _load(self, service: str) -> None:
        for construct_id, name, what in (
            ("TaskCpu", "CPUUtilization", "CPU"),
            ("TaskMemory", "MemoryUtilization", "memory"),
        ):
            average = self._metric(name, "Average")
            alarm = self.alarm(
                construct_id,
                average,
                meaning=f"Tasks of {service} have used more than 90 % of their {what} for 15 minutes: "
                "scaling is at its end.",
                first_step="raise the parameter MaxTasks; if one task alone is that busy, give tasks more "
                "by TaskCpu "
                "and TaskMemory.",
                threshold=90,
                periods=3,
            )
            maximum = self._metric(name, "Maximum")
            self.graph(
                f"{service}: {what}",
                {"average": average, "busiest task": maximum},
                limits=[alarm],
                unit="percent",
            )

    def _deployments(self, service_arn: str) -> None:
        Notice(
            self,
            "DeploymentFailed",
            audience=self.audience,
            source="aws.ecs",
            detail_types=["ECS Deployment State Change", "ECS Service Action"],
            detail={"eventName": TROUBLE},
            resources=[service_arn],
            meaning="A deployment failed, or new tasks do not start or find no capacity.",
            first_step="read why the newest task stopped, in the service's events and in the log. After a "
            "failed "
            "deployment look whether the old version runs: it refuses a database that the new one has "
            "migrated.",
            details={"event": "$.detail.eventName", "service": "$.resources[0]", "reason": "$.detail.reason"},
        )
