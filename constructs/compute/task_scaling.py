"""How many tasks a service runs."""

from collections.abc import Sequence

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ecs as ecs
from constructs import Construct


class TaskScaling(Construct):
    """Between two numbers of tasks, which may be tokens; by load and by schedule where that is asked for."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ecs.FargateService,
        min_tasks: int,
        max_tasks: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._min_tasks, self._max_tasks = min_tasks, max_tasks
        self._tasks = service.auto_scale_task_count(min_capacity=min_tasks, max_capacity=max_tasks)

    def follow_load(self, *, cpu_target_percent: int, memory_target_percent: int) -> None:
        """Target tracking on the average of the service's tasks."""
        self._tasks.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=cpu_target_percent,
            scale_out_cooldown=Duration.minutes(1),
            scale_in_cooldown=Duration.minutes(5),
        )
        self._tasks.scale_on_memory_utilization(
            "Memory",
            target_utilization_percent=memory_target_percent,
            scale_out_cooldown=Duration.minutes(1),
            scale_in_cooldown=Duration.minutes(5),
        )

    def keep_office_hours(self, *, start: str, stop: str, days: Sequence[str], timezone: str) -> None:
        """No task outside `start` to `stop` (HH:MM); tasks start on `days` and stop every day.

        A deployment outside the hours runs until the next stop.
        """
        zone = TimeZone.of(timezone)
        self._tasks.scale_on_schedule(
            "Start",
            schedule=_daily(start, ",".join(days)),
            time_zone=zone,
            min_capacity=self._min_tasks,
            max_capacity=self._max_tasks,
        )
        self._tasks.scale_on_schedule(
            "Stop", schedule=_daily(stop, "*"), time_zone=zone, min_capacity=0, max_capacity=0
        )


def _daily(clock: str, days: str) -> scaling.Schedule:
    hour, minute = clock.split(":")
    return scaling.Schedule.cron(hour=str(int(hour)), minute=str(int(minute)), week_day=days)
