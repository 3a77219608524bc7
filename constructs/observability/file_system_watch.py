"""An Amazon EFS file system in General Purpose mode."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.watch import Watch

CREDITS_FOR_HALF_AN_HOUR = 192 * 1000**3
"""Bytes: 30 minutes at the 100 MiB/s to which a small file system may burst (Amazon EFS user guide,
"Bursting throughput").
"""


class FileSystemWatch(Watch):
    """Alarms on what slows the file system down: operations, and burst credits or throughput."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        file_system_id: str,
        bursting: bool,
        too_many_operations: str,
        no_burst_credits: str,
        slow: str,
    ) -> None:
        """`bursting`: throughput is lent from credits; else it has a limit of its own.

        `too_many_operations`, `no_burst_credits`, `slow`: what to do first then.
        """
        super().__init__(scope, construct_id, audience=audience)
        self._file_system = {"FileSystemId": file_system_id}
        self._operations(too_many_operations)
        if bursting:
            self._credits(no_burst_credits)
        else:
            self._throughput(slow)
        self._size()

    def _metric(self, name: str, statistic: str) -> cw.Metric:
        return cw.Metric(
            namespace="AWS/EFS",
            metric_name=name,
            dimensions_map=self._file_system,
            statistic=statistic,
            period=Duration.minutes(5),
        )

    def _operations(self, first_step: str) -> None:
        operations = self._metric("PercentIOLimit", "Maximum")
        alarm = self.alarm(
            "FileOperations",
            operations,
            meaning="The file system is near the most operations a second that it does; uploads get slow.",
            first_step=first_step,
            threshold=90,
            periods=3,
        )
        self.graph("Files: operations", {"share of the limit": operations}, limits=[alarm], unit="percent")

    def _credits(self, first_step: str) -> None:
        balance = self._metric("BurstCreditBalance", "Minimum")
        alarm = self.alarm(
            "FileBurstCredits",
            balance,
            meaning="The file system has burst credits for half an hour left; after that it is as slow as "
            "its size allows.",
            first_step=first_step,
            threshold=CREDITS_FOR_HALF_AN_HOUR,
            comparison=cw.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=3,
        )
        self.graph("Files: burst credits", {"credits": balance}, limits=[alarm], unit="bytes")

    def _throughput(self, first_step: str) -> None:
        used = cw.MathExpression(
            expression="100 * (metered / PERIOD(metered)) / permitted",
            using_metrics={
                "metered": self._metric("MeteredIOBytes", "Sum"),
                "permitted": self._metric("PermittedThroughput", "Average"),
            },
            period=Duration.minutes(5),
        )
        alarm = self.alarm(
            "FileThroughput",
            used,
            meaning="The file system has moved more than 90 % of the bytes a second that it may for 15 "
            "minutes.",
            first_step=first_step,
            threshold=90,
            periods=3,
        )
        self.graph(
            "Files: throughput",
            {"share of the permitted throughput, %": used},
            limits=[alarm],
            unit="percent",
        )

    def _size(self) -> None:
        stored = cw.Metric(
            namespace="AWS/EFS",
            metric_name="StorageBytes",
            dimensions_map={**self._file_system, "StorageClass": "Total"},
            statistic="Maximum",
            period=Duration.minutes(15),
        )
        clients = self._metric("ClientConnections", "Sum")
        self.graph("Files: size and clients", {"bytes": stored}, right={"connections": clients}, unit="bytes")
