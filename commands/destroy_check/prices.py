"""What a unit costs: from the AWS Price List API where it may be asked, else from the table beside this module."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from commands.destroy_check.model import Charge

TABLE = Path(__file__).with_name("prices.yaml")
API = "AWS Price List API"


@dataclass(frozen=True, kw_only=True)
class Price:
    """One list price in USD. `service`, `usage` and `where` find it in the Price List API."""

    usd: Decimal
    unit: str
    service: str
    usage: str
    where: Mapping[str, str]
    source: str


@dataclass(frozen=True, kw_only=True)
class Prices:
    """All prices by name; `date` and `region` are those of the table."""

    date: str
    region: str
    source: str
    prices: Mapping[str, Price]

    def monthly(self, charges: Iterable[Charge]) -> Decimal | None:
        """USD a month of what has a known size; nothing when no size is known."""
        known = [self.prices[each.price].usd * each.amount for each in charges if each.amount is not None]
        return sum(known, Decimal(0)) if known else None

    def sources(self, charges: Iterable[Charge]) -> list[str]:
        """Where the prices of these charges come from, sorted."""
        return sorted({self.prices[each.price].source for each in charges})


def table() -> Prices:
    """The committed prices."""
    data = YAML(typ="safe", pure=True).load(TABLE)
    source = f"table of {data['date']}, {data['region']} ({data['source']})"
    return Prices(
        date=data["date"],
        region=data["region"],
        source=source,
        prices={
            name: Price(
                usd=Decimal(row["usd"]),
                unit=row["unit"],
                service=row["service"],
                usage=row["usage"],
                where=row.get("where", {}),
                source=source,
            )
            for name, row in data["prices"].items()
        },
    )


def listed(prices: Prices, products: Mapping[str, list[str]], *, region: str) -> Prices:
    """The prices with those of the Price List API in place of the table's, where its answer is clear.

    products: what `get_products` answered for each price's name.
    """
    found = {
        name: replace(price, usd=usd, source=f"{API}, {region}")
        for name, price in prices.prices.items()
        if (usd := _usd(price, products.get(name, []), region=region)) is not None
    }
    return replace(prices, prices={**prices.prices, **found})


def _usd(price: Price, products: list[str], *, region: str) -> Decimal | None:
    """The one price of the first tier; nothing when the products disagree."""
    name = re.compile(rf"(?:[A-Z0-9]+-|{re.escape(region)}-)?{re.escape(price.usage)}")
    found = set()
    for product in map(json.loads, products):
        attributes = product["product"]["attributes"]
        if name.fullmatch(attributes.get("usagetype", "")) and price.where.items() <= attributes.items():
            found |= {usd for usd in _first_tiers(product) if usd}
    return found.pop() if len(found) == 1 else None


def _first_tiers(product: Any) -> Iterable[Decimal]:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            if Decimal(dimension.get("beginRange", "0")) == 0:
                yield Decimal(dimension["pricePerUnit"]["USD"])
