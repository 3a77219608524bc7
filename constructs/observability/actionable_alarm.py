"""An alarm that says what is wrong and what to do first."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.observability.quiet_hours import QuietHours

MOST_CHARACTERS = 1024
"""CloudWatch takes no longer description."""


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Whom alarms tell, and where the page with more about each of them is.

    runbook: page with a heading for each alarm, named as the alarm is here.
    quiet_hours: when alarms that need a running task are silent. Left out: never.
    """

    topic: sns.ITopic
    runbook: str
    quiet_hours: QuietHours | None = None

    def describe(self, name: str, *, meaning: str, first_step: str) -> str:
        """What the e-mail says."""
        text = f"{meaning} First: {first_step} Then: {self.runbook}#{name.lower()}"
        if len(text) > MOST_CHARACTERS:
            raise ValueError(
                f"description of {name} has {len(text)} characters; CloudWatch takes {MOST_CHARACTERS}"
            )
        return text

    def tell(self, alarm: cw.AlarmBase, *, needs_tasks: bool) -> None:
        """Send changes to the topic, both ways; with `needs_tasks` not in quiet hours."""
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        if needs_tasks and self.quiet_hours is not None:
            self.quiet_hours.mute(alarm)


class ActionableAlarm(cw.Alarm):
    """A metric alarm with a description that a person at 3 a.m. can follow; its name is generated."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        metric: cw.IMetric,
        meaning: str,
        first_step: str,
        threshold: float,
        when_missing: cw.TreatMissingData,
        periods: int,
        comparison: cw.ComparisonOperator = cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
        needs_tasks: bool = False,
        few_samples_count: bool = True,
    ) -> None:
        """`meaning` and `first_step`: whole sentences. `periods`: all of them have to be over the threshold.

        `needs_tasks`: silent in quiet hours. `few_samples_count` off: a percentile of few is ignored.
        """
        super().__init__(
            scope,
            construct_id,
            metric=metric,
            alarm_description=audience.describe(construct_id, meaning=meaning, first_step=first_step),
            threshold=threshold,
            comparison_operator=comparison,
            evaluation_periods=periods,
            treat_missing_data=when_missing,
            evaluate_low_sample_count_percentile=None if few_samples_count else "ignore",
        )
        audience.tell(self, needs_tasks=needs_tasks)
