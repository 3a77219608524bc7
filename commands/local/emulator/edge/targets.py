"""The targets of target groups: how each of them does, and which one gets the next request."""

import asyncio
import ipaddress
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

Key = tuple[str, str, int]
"""ARN of the group, address, port."""


class State(StrEnum):
    """In the words of DescribeTargetHealth."""

    INITIAL = "initial"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    DRAINING = "draining"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Why a target is not healthy, in the words of DescribeTargetHealth."""

    reason: str
    description: str


CHECKING = Finding(reason="Elb.InitialHealthChecking", description="Initial health checks in progress")
LEAVING = Finding(
    reason="Target.DeregistrationInProgress", description="Target deregistration is in progress"
)
ELSEWHERE = Finding(
    reason="Target.FailedHealthChecks", description="Health checks failed: no address of this machine"
)


@dataclass(kw_only=True, eq=False)
class Target:
    """A registered target, or one that is leaving."""

    group: str
    address: str
    port: int
    state: State = State.INITIAL
    finding: Finding | None = CHECKING
    passed_in_a_row: int = 0
    failed_in_a_row: int = 0
    open: set[asyncio.Task[object]] = field(default_factory=set)
    """What it is answering."""
    leaves_at: float = 0.0
    """When a draining target is cut off, on the loop's clock."""

    @property
    def is_here(self) -> bool:
        """Whether it is an address of loopback: nothing else is ever spoken to."""
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}"

    def passed(self, *, threshold: int) -> None:
        """Note a check that it has passed; the first after its registration is enough."""
        self.failed_in_a_row = 0
        self.passed_in_a_row += 1
        if self.state is State.INITIAL or self.passed_in_a_row >= threshold:
            self.state, self.finding = State.HEALTHY, None

    def failed(self, finding: Finding, *, threshold: int) -> None:
        """Note a check that it has failed."""
        self.passed_in_a_row = 0
        self.failed_in_a_row += 1
        if self.failed_in_a_row >= threshold:
            self.state = State.UNHEALTHY
        if self.state is State.UNHEALTHY:
            self.finding = finding

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count the running task among what the target is answering."""
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            yield
        finally:
            self.open.discard(task)


class Targets:
    """All targets of all groups; changed by the edge's loop alone, read by others too."""

    def __init__(self) -> None:
        self.all: dict[Key, Target] = {}
        self._turn = itertools.count()

    def of(self, group: str) -> list[Target]:
        """The targets of a group, those that leave among them."""
        return [target for target in list(self.all.values()) if target.group == group]

    def next(
        self, group: str, *, fewest_open: bool, preferred: Callable[[Target], bool] = lambda _: False
    ) -> Target | None:
        """The target for a request: the preferred one if it is fit, else in turn, or the one that answers least.

        Where every target is unhealthy all of them are tried, as a load balancer does ("fail open").
        """
        fit = self._fit(group)
        for target in fit:
            if preferred(target):
                return target
        if not fit:
            return None
        turn = next(self._turn) % len(fit)
        ordered = fit[turn:] + fit[:turn]
        return min(ordered, key=lambda target: len(target.open)) if fewest_open else ordered[0]

    def _fit(self, group: str) -> list[Target]:
        here = [target for target in self.of(group) if target.state is not State.DRAINING and target.is_here]
        healthy = [target for target in here if target.state is State.HEALTHY]
        if healthy:
            return healthy
        return here if all(target.state is State.UNHEALTHY for target in here) else []
