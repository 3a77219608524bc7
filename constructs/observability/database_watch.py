"""An Aurora PostgreSQL cluster with Serverless v2 instances."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.watch import Watch

BYTES_PER_CAPACITY_UNIT = 2 * 1024**3
CONNECTIONS_PER_CAPACITY_UNIT = 189
"""Of the default `max_connections`, at the least: 189 at 1 unit, 823 at 4 (Aurora user guide, "Maximum
connections").
"""
MOST_CONNECTIONS = 5000
MOST_CONNECTIONS_BELOW_ONE_UNIT = 2000
"""With a minimum of 0 or 0.5 units (same place)."""


class DatabaseWatch(Watch):
    """Alarms on the writer of the cluster, whichever instance that is, and on the lag of its reader."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        cluster_identifier: str,
        min_capacity: float,
        max_capacity: float,
        reader: bool,
        section: str,
        too_many_connections: str,
    ) -> None:
        """`section`: of the deployment file, as e-mails name it. `too_many_connections`: what to do first then."""
        super().__init__(scope, construct_id, audience=audience)
        self._cluster, self._section = cluster_identifier, section
        self._capacity(max_capacity)
        self._connections(min_capacity, max_capacity, too_many_connections)
        self._memory(max_capacity)
        self._deadlocks()
        if reader:
            self._lag()

    def _metric(self, name: str, statistic: str, *, role: str = "WRITER") -> cw.Metric:
        return cw.Metric(
            namespace="AWS/RDS",
            metric_name=name,
            dimensions_map={"DBClusterIdentifier": self._cluster, "Role": role},
            statistic=statistic,
            period=Duration.minutes(5),
        )

    def _capacity(self, max_capacity: float) -> None:
        used = self._metric("ACUUtilization", "Average")
        alarm = self.alarm(
            "DatabaseCapacity",
            used,
            meaning=f"The database has been near its maximum of {max_capacity:g} capacity units for 15 "
            "minutes; "
            "queries get slower.",
            first_step="look in Performance Insights for one query that takes it all; else raise "
            f"{self._section}.max_capacity.",
            threshold=90,
            periods=3,
        )
        units = self._metric("ServerlessDatabaseCapacity", "Average")
        self.graph(
            "Database: capacity",
            {"share of the maximum": used},
            right={"capacity units": units},
            limits=[alarm],
            unit="percent",
        )

    def _connections(self, min_capacity: float, max_capacity: float, first_step: str) -> None:
        ceiling = MOST_CONNECTIONS if min_capacity >= 1 else MOST_CONNECTIONS_BELOW_ONE_UNIT
        allowed = min(ceiling, int(CONNECTIONS_PER_CAPACITY_UNIT * max_capacity))
        connections = self._metric("DatabaseConnections", "Maximum")
        alarm = self.alarm(
            "DatabaseConnections",
            connections,
            meaning=f"The database has more than 80 % of the {allowed} connections that it allows; new ones "
            "fail soon.",
            first_step=first_step,
            threshold=int(0.8 * allowed),
            periods=2,
        )
        self.graph("Database: connections", {"connections": connections}, limits=[alarm], unit="connections")

    def _memory(self, max_capacity: float) -> None:
        # On Serverless v2 this counts what is free at the maximum capacity; a paused instance reports zero
        # or nothing.
        bytes_at_maximum = max_capacity * BYTES_PER_CAPACITY_UNIT
        free = cw.MathExpression(
            expression=f"IF(capacity > 0, 100 * memory / {bytes_at_maximum:.0f}, 100)",
            using_metrics={
                "capacity": self._metric("ServerlessDatabaseCapacity", "Minimum"),
                "memory": self._metric("FreeableMemory", "Minimum"),
            },
            period=Duration.minutes(5),
        )
        alarm = self.alarm(
            "DatabaseMemory",
            free,
            meaning="The database has less than 5 % of its memory left although it may not grow further.",
            first_step=f"raise {self._section}.max_capacity; a restart of the instance is what comes otherwise.",
            threshold=5,
            comparison=cw.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=3,
        )
        self.graph(
            "Database: free memory",
            {"free memory at the maximum capacity, %": free},
            limits=[alarm],
            unit="percent",
        )

    def _deadlocks(self) -> None:
        self.alarm(
            "DatabaseDeadlocks",
            self._metric("Deadlocks", "Average"),
            meaning="Transactions have blocked one another more than once a minute for 15 minutes, and are "
            "given up.",
            first_step="look whether two versions of the application run at once; then read the database's "
            "log for the queries.",
            threshold=1 / 60,  # per second
            periods=3,
        )

    def _lag(self) -> None:
        self.alarm(
            "DatabaseReplicaLag",
            self._metric("AuroraReplicaLag", "Maximum", role="READER"),
            meaning="The reader is more than 2 seconds behind the writer, so that a failover takes longer.",
            first_step="look whether the reader's capacity is at its maximum; it is restarted by Aurora "
            "when it falls too far back.",
            threshold=2000,  # milliseconds
            periods=3,
        )
