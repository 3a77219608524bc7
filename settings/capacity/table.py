"""The answer as a table."""

from settings.capacity.answer import Capacity, left
from settings.capacity.words import cores, gib, listed
from settings.capacity.workloads import Moment

HEADS = (
    "moment",
    "pods",
    "CPU requested",
    "memory requested, GiB",
    "nodes",
    "CPU left",
    "memory left",
    "waiting",
)


def rows(answer: Capacity) -> list[tuple[str, ...]]:
    """A row per moment, under `HEADS`."""
    return [_row(answer, moment) for moment in Moment]


def _row(answer: Capacity, moment: Moment) -> tuple[str, ...]:
    packing = answer.at(moment)
    pods, cpu, memory = answer.requested(moment)
    cpu_left, memory_left = left(packing)
    return (
        moment,
        str(pods),
        cores(cpu),
        gib(memory),
        str(len(packing.nodes)),
        f"{cpu_left} %",
        f"{memory_left} %",
        listed(packing.waiting) or "-",
    )
