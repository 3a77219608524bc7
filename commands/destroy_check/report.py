"""The findings for people and for programs."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

from commands.destroy_check.model import Findings, Left
from commands.destroy_check.prices import Prices

NOTHING = "nothing is left behind"


def tables(findings: Findings, prices: Prices) -> Iterator[Table | Text]:
    """What a person reads, part by part."""
    yield Text.assemble((findings.deployment, "bold"), f", from {findings.source}")
    if findings.protections:
        rows = [(each.name, each.what, each.remedy) for each in findings.protections]
        yield _table("refuses until it is switched off", ("resource", "protection", "what to do"), rows)
    yield _kept("left behind by a teardown", findings.left, prices) if findings.left else Text(NOTHING)
    if findings.earlier:
        yield _kept("left by a stack that is gone", findings.earlier, prices)
    if findings.not_checked:
        unread = [(each.what, each.needs) for each in findings.not_checked]
        yield _table("not checked", ("what", "needs"), unread)
    charges = [charge for each in (*findings.left, *findings.earlier) for charge in each.charges]
    yield Text("\n".join(f"prices: {source}" for source in prices.sources(charges)))


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Cells as they are: an ARN with `:secret:` in it is no emoji."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _kept(title: str, left: list[Left], prices: Prices) -> Table:
    rows = [
        (_names(each), each.kind.removeprefix("AWS::"), each.why, each.size, _cost(each, prices))
        for each in left
    ]
    table = _table(title, ("resource", "type", "why", "size", "USD a month"), rows)
    table.show_footer = True
    table.columns[0].footer = "sum of what has a known size"
    table.columns[-1].footer = _usd(total(left, prices))
    return table


def _names(left: Left) -> str:
    """The address, and below it what the account calls it."""
    return "\n".join(dict.fromkeys(filter(None, (left.name, left.identifier))))


def total(left: Iterable[Left], prices: Prices) -> Decimal:
    """USD a month of all whose size is known."""
    return sum((prices.monthly(each.charges) or Decimal(0) for each in left), Decimal(0))


def _cost(left: Left, prices: Prices) -> str:
    """A month's cost, or the unit price where the size is not known."""
    if (usd := prices.monthly(left.charges)) is not None:
        return _usd(usd)
    units = dict.fromkeys(
        f"{prices.prices[charge.price].usd} per {prices.prices[charge.price].unit}" for charge in left.charges
    )
    return ", ".join(units) or "-"


def _usd(amount: Decimal) -> str:
    if amount and amount < Decimal("0.01"):
        return "less than 0.01"
    return f"{amount:,.2f}"


def as_json(findings: Findings, prices: Prices) -> dict[str, Any]:
    """The same as data; amounts in USD and in the unit of the price."""
    return {
        "deployment": findings.deployment,
        "region": findings.region or None,
        "from": findings.source,
        "left": [_row(each, prices) for each in findings.left],
        "left_usd_a_month": float(total(findings.left, prices)),
        "earlier": [_row(each, prices) for each in findings.earlier],
        "earlier_usd_a_month": float(total(findings.earlier, prices)),
        "protections": [
            {"resource": each.name, "protection": each.what, "remedy": each.remedy}
            for each in findings.protections
        ],
        "not_checked": [{"what": each.what, "needs": each.needs} for each in findings.not_checked],
        "prices": {
            name: {"usd": float(price.usd), "unit": price.unit, "source": price.source}
            for name, price in prices.prices.items()
        },
    }


def _row(left: Left, prices: Prices) -> dict[str, Any]:
    usd = prices.monthly(left.charges)
    return {
        "name": left.name,
        "identifier": left.identifier or None,
        "type": left.kind,
        "why": left.why,
        "size": left.size or None,
        "charges": [
            {"price": charge.price, "amount": None if charge.amount is None else float(charge.amount)}
            for charge in left.charges
        ],
        "usd_a_month": None if usd is None else float(usd),
    }
