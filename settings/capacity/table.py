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
    wanted = [(one, one.pods(moment)) for one in answer.workloads]
    cpu, memory = left(packing)
    return (
        moment,
        str(sum(count for _, count in wanted)),
        cores(sum(one.cpu * count for one, count in wanted)),
        gib(sum(one.memory * count for one, count in wanted)),
        str(len(packing.nodes)),
        f"{cpu} %",
        f"{memory} %",
        listed(packing.waiting) or "-",
    )
