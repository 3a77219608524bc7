"""What is common to all that is watched."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import ActionableAlarm, Audience

MISSING_IS_FINE = cw.TreatMissingData.NOT_BREACHING
"""No data point: nothing happened (the service reports events, or the database is paused)."""
MISSING_IS_WRONG = cw.TreatMissingData.BREACHING
"""No data point: nothing is there to report."""
Graphed = cw.Metric | cw.MathExpression
ROW_WIDTH = 24
HEIGHT = 6


class Watch(Construct):
    """The alarms of one thing, and the row of the dashboard that shows it.

    `alarms`: in the order of importance. `row`: widgets, left to right.
    """

    alarms: list[ActionableAlarm]
    row: list[cw.IWidget]

    def __init__(self, scope: Construct, construct_id: str, *, audience: Audience) -> None:
        super().__init__(scope, construct_id)
        self.audience = audience
        self.alarms = []
        self.row = []

    def alarm(
        self,
        construct_id: str,
        metric: cw.IMetric,
        *,
        meaning: str,
        first_step: str,
        threshold: float,
        periods: int,
        when_missing: cw.TreatMissingData = MISSING_IS_FINE,
        comparison: cw.ComparisonOperator = cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
        needs_tasks: bool = False,
        few_samples_count: bool = True,
    ) -> ActionableAlarm:
        """An alarm of this thing; see `ActionableAlarm`."""
        alarm = ActionableAlarm(
            self,
            construct_id,
            audience=self.audience,
            metric=metric,
            meaning=meaning,
            first_step=first_step,
            threshold=threshold,
            periods=periods,
            when_missing=when_missing,
            comparison=comparison,
            needs_tasks=needs_tasks,
            few_samples_count=few_samples_count,
        )
        self.alarms.append(alarm)
        return alarm

    def graph(
        self,
        title: str,
        left: Mapping[str, Graphed],
        *,
        right: Mapping[str, Graphed] | None = None,
        limits: Sequence[cw.Alarm] = (),
        unit: str | None = None,
        width: int = 8,
    ) -> None:
        """A graph in the row, label → metric; `limits`: alarms whose threshold is drawn."""
        self.row.append(
            cw.GraphWidget(
                title=title,
                left=[metric.with_(label=label) for label, metric in left.items()],
                right=[metric.with_(label=label) for label, metric in (right or {}).items()],
                left_annotations=[alarm.to_annotation() for alarm in limits],
                left_y_axis=cw.YAxisProps(min=0, label=unit, show_units=unit is None),
                width=width,
                height=HEIGHT,
            )
        )
