"""What a teardown leaves behind, in the words of the report."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from commands.account.unanswered import Unanswered

GB = Decimal(1024**3)


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What keeping something is charged by: a line of the price table, and how much of it."""

    price: str
    amount: Decimal | None = None
    """In the price's unit; nothing while the size is not known."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """Something that outlives its stack."""

    name: str
    kind: str
    why: str
    charges: tuple[Charge, ...] = ()
    identifier: str = ""
    """What the account calls it; empty while nothing is deployed."""
    size: str = ""
    pending: bool = False
    """Whether it goes by itself, and costs nothing until then."""


@dataclass(frozen=True)
class Measured:
    """What the account says about something that is there."""

    charges: tuple[Charge, ...] = ()
    size: str = ""


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """What refuses deletion until it is switched off."""

    name: str
    what: str
    remedy: str


@dataclass(frozen=True, order=True)
class NotChecked:
    """What the account did not tell."""

    what: str
    needs: str
    """The permission, or what else was in the way."""


class Unread:
    """Gathers what the account did not tell, while the rest goes on."""

    def __init__(self) -> None:
        self.found: set[NotChecked] = set()

    def add(self, what: str, error: Unanswered) -> None:
        """Remember why it could not be read."""
        self.found.add(NotChecked(what, error.needs or str(error)))

    @contextmanager
    def while_reading(self, what: str) -> Iterator[None]:
        """What is not answered in the block is remembered, and ends the block."""
        try:
            yield
        except Unanswered as error:
            self.add(what, error)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The whole answer for one deployment."""

    deployment: str
    region: str
    source: str
    """What it was read from."""
    left: list[Left]
    protections: list[Obstacle]
    earlier: list[Left] = field(default_factory=list)
    """What is left of a stack of this deployment that is gone."""
    not_checked: list[NotChecked] = field(default_factory=list)


def gigabytes(count: float) -> Decimal:
    """Bytes as the price lists count them."""
    return Decimal(str(count)) / GB


def size(gb: Decimal) -> str:
    """For people: two digits are enough."""
    if gb and gb < Decimal("0.01"):
        return "less than 0.01 GB"
    return f"{gb:,.2f} GB"
