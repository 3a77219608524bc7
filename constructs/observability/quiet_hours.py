"""Hours in which nothing is meant to run."""

from collections.abc import Sequence

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

WEEK = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
GRACE_MINUTES = 15
"""A paused database resumes, tasks start and become healthy; only then is silence over."""
OVERLAP_MINUTES = 60
"""Each window reaches into the next, also on the day with 25 hours."""
DAY_MINUTES = 24 * 60


class QuietHours(Construct):
    """Mute rules for the hours outside office hours: alarms still change their state, and tell nobody.

    An alarm that is still on when the hours end tells then: tasks that did not start are noticed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        start: str,
        stop: str,
        days: Sequence[str],
        timezone: str,
    ) -> None:
        """`start`, `stop`: office hours as HH:MM on `days` (MON … SUN) in the IANA `timezone`."""
        super().__init__(scope, construct_id)
        self._zone = TimeZone.of(timezone)
        closed = [day for day in WEEK if day not in days]
        before = _minutes(start) + GRACE_MINUTES
        after = DAY_MINUTES - _minutes(stop) + OVERLAP_MINUTES
        self._rules = [
            self._rule("BeforeOfficeHours", at="00:00", days=days, minutes=before),
            self._rule("AfterOfficeHours", at=stop, days=days, minutes=after),
        ]
        if closed:
            whole_day = DAY_MINUTES + OVERLAP_MINUTES
            self._rules.append(self._rule("ClosedDays", at="00:00", days=closed, minutes=whole_day))

    def mute(self, alarm: cw.AlarmBase) -> None:
        """Keep this alarm from telling anybody in quiet hours."""
        for rule in self._rules:
            rule.add_alarm(alarm)

    def _rule(self, construct_id: str, *, at: str, days: Sequence[str], minutes: int) -> cw.AlarmMuteRule:
        hour, minute = at.split(":")
        return cw.AlarmMuteRule(
            self,
            construct_id,
            description="No task is meant to run: alarms that need one stay silent",
            schedule=cw.ScheduleExpression.cron(
                minute=str(int(minute)), hour=str(int(hour)), week_day=",".join(days), time_zone=self._zone
            ),
            duration=Duration.minutes(minutes),
        )


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
