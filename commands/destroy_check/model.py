"""What a teardown leaves behind, in the words of the report."""

from dataclasses import dataclass, field
from decimal import Decimal

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


@dataclass(frozen=True)
class Measured:
    """What the account says about something that is there."""

    charges: tuple[Charge, ...] = ()
    size: str = ""


@dataclass(frozen=True, kw_only=True)
class Protection:
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


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The whole answer for one deployment."""

    deployment: str
    region: str
    source: str
    """What it was read from."""
    left: list[Left]
    protections: list[Protection]
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
