"""Prices from the table, and from the Price List API."""

import json
from decimal import Decimal
from typing import Any

from commands.destroy_check.check import current
from commands.destroy_check.from_template import KEEPING, POINTS
from commands.destroy_check.model import Charge
from commands.destroy_check.prices import API, listed, table
from tests.commands.account.scripted import scripted


def product(usage: str, usd: str, **attributes: str) -> str:
    dimension = {"beginRange": "0", "pricePerUnit": {"USD": usd}}
    return json.dumps(
        {
            "product": {"attributes": {"usagetype": usage, **attributes}},
            "terms": {"OnDemand": {"a": {"priceDimensions": {"b": dimension}}}},
        }
    )


def test_every_price_that_is_asked_for_is_in_the_table() -> None:
    assert {name for name, _ in KEEPING.values()} | set(POINTS) | {"files_infrequent"} == set(table().prices)


def test_a_month_is_amount_by_price() -> None:
    charges = (
        Charge(price="files", amount=Decimal(10)),
        Charge(price="files_infrequent", amount=Decimal(100)),
    )
    assert table().monthly(charges) == Decimal("3.00") + Decimal("1.600")
    assert table().monthly((Charge(price="files"),)) is None, "nobody knows the size"


def test_the_table_says_that_it_is_from_memory() -> None:
    (source,) = table().sources([Charge(price="files")])
    assert "2026-11-21" in source
    assert "us-east-1" in source
    assert "from memory" in source


def test_a_price_of_the_api_wins_and_says_so() -> None:
    answers = {"kms_key": [product("eu-west-1-KMS-Keys", "1.10"), product("eu-west-1-KMS-Keys-Other", "9")]}
    prices = listed(table(), answers, region="eu-west-1")
    assert prices.prices["kms_key"].usd == Decimal("1.10")
    assert prices.sources([Charge(price="kms_key")]) == [f"{API}, eu-west-1"]


def test_an_unclear_answer_of_the_api_leaves_the_table() -> None:
    def usd(*products: str) -> Any:
        return listed(table(), {"bucket": list(products)}, region="eu-west-1").prices["bucket"].usd

    mine = table().prices["bucket"].usd
    glacier = product("EU-TimedStorage-ByteHrs", "0.004", volumeType="Glacier")
    standard = product("EU-TimedStorage-ByteHrs", "0.024", volumeType="Standard")
    other = product("EU-TimedStorage-ByteHrs", "0.025", volumeType="Standard")
    assert usd(glacier) == mine
    assert usd(standard, other) == mine
    assert usd(standard, glacier) == Decimal("0.024")


def test_without_permission_the_table_stays() -> None:
    account = scripted({("pricing", "get_products"): ["AccessDeniedException"]})
    assert current(account, table()) == table()
