"""What users feel: errors, waiting, nobody there."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import ActionableAlarm, Audience
from constructs.observability.watch import MISSING_IS_WRONG, Watch

LESS = cw.ComparisonOperator.LESS_THAN_THRESHOLD
FEWEST_REQUESTS = 20
"""Requests in five minutes under which a share of errors says nothing."""
FEWEST_ERRORS = 5


class LoadBalancerWatch(Watch):
    """Alarms on an application load balancer with one target group; `no_healthy_task`."""

    no_healthy_task: ActionableAlarm

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        load_balancer_full_name: str,
        target_group_full_name: str,
    ) -> None:
        """The names as in CloudWatch: `app/…/…` and `targetgroup/…/…`."""
        super().__init__(scope, construct_id, audience=audience)
        self._load_balancer = {"LoadBalancer": load_balancer_full_name}
        self._targets = {**self._load_balancer, "TargetGroup": target_group_full_name}
        self.no_healthy_task = self._health()
        self._errors()
        self._latency()

    def _metric(
        self,
        name: str,
        statistic: str,
        *,
        of_targets: bool = False,
        minutes: int = 5,
    ) -> cw.Metric:
        return cw.Metric(
            namespace="AWS/ApplicationELB",
            metric_name=name,
            dimensions_map=self._targets if of_targets else self._load_balancer,
            statistic=statistic,
            period=Duration.minutes(minutes),
        )

    def _health(self) -> ActionableAlarm:
        healthy = self._metric("HealthyHostCount", "Maximum", of_targets=True, minutes=1)
        unhealthy = self._metric("UnHealthyHostCount", "Maximum", of_targets=True, minutes=1)
        none = self.alarm(
            "NoHealthyTask",
            healthy,
            meaning="No task answers health checks, so users get an error page.",
            first_step="look at NoRunningTask: if it is on too, no task runs; if not, tasks run and do not "
            "answer, "
            "read the last lines of their log on the dashboard.",
            threshold=1,
            comparison=LESS,
            periods=5,
            when_missing=MISSING_IS_WRONG,
            needs_tasks=True,
        )
        some = self.alarm(
            "UnhealthyTask",
            unhealthy,
            meaning="A task has not answered health checks for ten minutes; the others carry its users.",
            first_step="read the log of the unhealthy task; ECS replaces it by itself, if the new one fails "
            "too, "
            "look at the database.",
            threshold=0,
            periods=10,
        )
        self.graph(
            "Healthy tasks", {"healthy": healthy, "unhealthy": unhealthy}, limits=[none, some], unit="tasks"
        )
        return none

    def _errors(self) -> None:
        requests = self._metric("RequestCount", "Sum")
        of_targets = self._metric("HTTPCode_Target_5XX_Count", "Sum")
        of_balancer = self._metric("HTTPCode_ELB_5XX_Count", "Sum")
        rejected = self._metric("RejectedConnectionCount", "Sum")
        self.alarm(
            "ApplicationErrors",
            cw.MathExpression(
                expression=f"IF(requests >= {FEWEST_REQUESTS}, 100 * FILL(errors, 0) / requests, 0)",
                using_metrics={"requests": requests, "errors": of_targets},
            ),
            meaning="More than 5 % of requests fail inside the application.",
            first_step="read the errors in the log on the dashboard; most often a model back end or the "
            "database is away.",
            threshold=5,
            periods=3,
        )
        self.alarm(
            "LoadBalancerErrors",
            cw.MathExpression(
                expression=f"IF(errors >= {FEWEST_ERRORS}, 100 * errors / (FILL(requests, 0) + errors), 0)",
                using_metrics={"requests": requests, "errors": of_balancer},
            ),
            meaning="More than 5 % of requests reach no task, or get no answer from one in time.",
            first_step="look whether tasks are healthy and whether a deployment is under way; 502 and 504 "
            "while "
            "tasks are healthy mean that they are overloaded.",
            threshold=5,
            periods=2,
            needs_tasks=True,
        )
        self.alarm(
            "RejectedConnections",
            rejected,
            meaning="The load balancer refuses connections because it has too many.",
            first_step="look in the access logs whether a few addresses open them all, and block those.",
            threshold=0,
            periods=1,
        )
        self.graph(
            "Requests and errors",
            {"requests": requests},
            right={"5xx of the application": of_targets, "5xx of the load balancer": of_balancer},
            unit="requests",
        )

    def _latency(self) -> None:
        p95 = self._metric("TargetResponseTime", "p95")
        slow = self.alarm(
            "SlowResponses",
            p95,
            meaning="One request in twenty has waited more than 5 seconds for its answer to begin, for 15 "
            "minutes.",
            first_step="compare with CPU of the tasks and capacity of the database on the dashboard; what "
            "is at its "
            "limit is the cause.",
            threshold=5,
            periods=3,
            few_samples_count=False,
        )
        median = self._metric("TargetResponseTime", "p50")
        self.graph("Time until an answer begins", {"p95": p95, "p50": median}, limits=[slow], unit="seconds")
