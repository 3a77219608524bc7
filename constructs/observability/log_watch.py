"""A log group with JSON lines."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.watch import HEIGHT, ROW_WIDTH, Watch

ERROR_LINES = (
    '{ ($.level = "error") || ($.level = "fatal") || ($.level = "ERROR") || ($.level = "CRITICAL") }'
)
"""What Open WebUI (lower case) and LiteLLM (upper case) write into `level`."""
MANY_ERRORS = 10


class LogWatch(Watch):
    """Counts error lines of a log group; `count` adds more that is counted. Shows the newest errors.

    Metrics: namespace `metric_namespace`, name `<construct id><name of the count>`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        log_group: logs.ILogGroup,
        metric_namespace: str,
    ) -> None:
        super().__init__(scope, construct_id, audience=audience)
        self._log_group = log_group
        self._namespace = metric_namespace
        self._metric_prefix = construct_id
        self.count(
            "LogErrors",
            pattern=ERROR_LINES,
            meaning=f"{construct_id} has written more than {MANY_ERRORS} errors into its log in five "
            "minutes, twice.",
            first_step="read them on the dashboard, the newest first; one message over and over names the "
            "cause.",
            threshold=MANY_ERRORS,
            periods=2,
        )
        self.row.append(
            cw.LogQueryWidget(
                title=f"{construct_id}: newest errors",
                log_group_names=[log_group.log_group_name],
                query_lines=[
                    "fields @timestamp, level, caller, msg",
                    "filter level in ['warn', 'error', 'fatal', 'WARNING', 'ERROR', 'CRITICAL']",
                    "sort @timestamp desc",
                    "limit 50",
                ],
                width=ROW_WIDTH,
                height=HEIGHT,
            )
        )

    def count(
        self, name: str, *, pattern: str, meaning: str, first_step: str, threshold: int, periods: int
    ) -> None:
        """Count the lines that match a filter pattern, and alarm over `threshold` in five minutes."""
        counted = logs.MetricFilter(
            self,
            f"{name}Filter",
            log_group=self._log_group,
            filter_pattern=logs.FilterPattern.literal(pattern),
            metric_namespace=self._namespace,
            metric_name=f"{self._metric_prefix}{name}",
            metric_value="1",
            default_value=0,
        )
        self.alarm(
            name,
            counted.metric(statistic="Sum", period=Duration.minutes(5)),
            meaning=meaning,
            first_step=first_step,
            threshold=threshold,
            periods=periods,
        )
