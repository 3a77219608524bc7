"""ECS tasks on Fargate: size, number, schedule."""

from collections.abc import Iterator
from typing import Annotated, Literal, get_args
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from settings.model import Model, Refusal
from settings.operated import Operated
from settings.problems import nearest, shown

Cpu = Literal[512, 1024, 2048, 4096]
MemoryMib = Literal[1024, 2048, 3072, 4096, 5120, 6144, 7168, 8192, 16384, 30720]
MEMORY_OF_CPU: dict[int, tuple[int, ...]] = {
    512: (1024, 2048, 3072, 4096),
    1024: (2048, 3072, 4096, 5120, 6144, 7168, 8192),
    2048: (4096, 5120, 6144, 7168, 8192, 16384),
    4096: (8192, 16384, 30720),
}
"""What Fargate sells (Amazon ECS developer guide, "Task CPU and memory"), of the values that we offer."""
MOST_TASKS = 10
HIGHEST_MINIMUM = 4
"""Load adds the rest; a template rule names each minimum with the maximums below it."""
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["07:30"])]
Day = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
_CPU = "must be one of the CPU sizes of Fargate that are listed; 1024 units are one vCPU"
_FEWEST = f"must be a whole number from 1 to {HIGHEST_MINIMUM}"
_MOST = f"must be a whole number from 1 to {MOST_TASKS}"
_CONSTRAINT = "must be one that Fargate sells for the CPU units"


def unsold_memory(cpu: int, memory_mib: int) -> Iterator[Refusal]:
    """A pair that Fargate does not sell."""
    sold = MEMORY_OF_CPU[cpu]
    if memory_mib not in sold:
        message = (
            f"memory_mib {memory_mib} is not sold with cpu {cpu}; use one of {', '.join(map(str, sold))}"
        )
        yield Refusal(message, "memory_mib", "cpu")


def _known_zone(value: str) -> str:
    zones = {zone for zone in available_timezones() if zone == "UTC" or "/" in zone}
    if zones and value not in zones:
        meant = nearest(value, sorted(zones))
        remedy = f"did you mean {meant}?" if meant else "write one like Europe/Berlin"
        raise ValueError(f"{shown(value)} is not an IANA time zone; {remedy}")
    return value


class OfficeHours(Model):
    """Outside these hours no task runs, so that Aurora can pause."""

    start: Clock
    """Time of day at which tasks start, HH:MM in quotes."""
    stop: Annotated[Clock, Field(examples=["19:00"])]
    """Time of day at which tasks stop, HH:MM in quotes, later than `start`."""
    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=7)] = ("MON", "TUE", "WED", "THU", "FRI")
    """Days on which tasks start."""
    timezone: Annotated[str, AfterValidator(_known_zone), Field(examples=["Europe/Berlin"])] = "UTC"
    """IANA time zone, such as Europe/Berlin."""

    def refusals(self) -> Iterator[Refusal]:
        if self.start >= self.stop:
            message = (
                f"start {self.start} is not before stop {self.stop}; hours over midnight are not supported"
            )
            yield Refusal(f"{message}, choose a later stop", "start", "stop")
        for day in sorted({day for day in self.days if self.days.count(day) > 1}):
            yield Refusal(f"{day} stands twice; name each day once", "days")


class TaskSettings(Model):
    """The service's tasks."""

    cpu: Annotated[
        Cpu,
        Operated(parameter="TaskCpu", group="Tasks", label="CPU units of one task", constraint=_CPU),
    ] = 1024
    """CPU units of one task; 1024 are one vCPU."""
    memory_mib: Annotated[
        MemoryMib,
        Operated(
            parameter="TaskMemory", group="Tasks", label="Memory of one task in MiB", constraint=_CONSTRAINT
        ),
    ] = 2048
    """Memory of one task in MiB."""
    min_tasks: Annotated[
        int,
        Field(ge=1, le=HIGHEST_MINIMUM),
        Operated(parameter="MinTasks", group="Tasks", label="Fewest tasks", constraint=_FEWEST),
    ] = 1
    """Fewest tasks that run."""
    max_tasks: Annotated[
        int,
        Field(ge=1, le=MOST_TASKS),
        Operated(parameter="MaxTasks", group="Tasks", label="Most tasks", constraint=_MOST),
    ] = 4
    """Most tasks that run; more than one needs the cache."""
    cpu_target_percent: Annotated[int, Field(ge=10, le=95)] = 70
    """Average CPU use that scaling aims at."""
    memory_target_percent: Annotated[int, Field(ge=10, le=95)] = 80
    """Average memory use that scaling aims at."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """Processor; arm64 costs about a fifth less."""
    spot: bool = False
    """Fargate Spot: up to 70 % cheaper, a task may be stopped with two minutes' notice."""
    execute_command: bool = False
    """Allow `aws ecs execute-command` (a shell in the container)."""
    container_insights: bool = True
    """CloudWatch Container Insights, with metrics per task; billed per metric."""
    office_hours: OfficeHours | None = None
    """Run tasks in these hours only. Left out: always."""

    def refusals(self) -> Iterator[Refusal]:
        if self.min_tasks > self.max_tasks:
            what = f"min_tasks {self.min_tasks} exceeds max_tasks {self.max_tasks}"
            yield Refusal(f"{what}; lower the one or raise the other", "min_tasks", "max_tasks")
        yield from unsold_memory(self.cpu, self.memory_mib)


assert set(MEMORY_OF_CPU) == set(get_args(Cpu))
