"""Puts together what templates and account say."""

import json
from pathlib import Path

from commands.destroy_check import existing, from_template, past
from commands.destroy_check.asked import Account, NotThereError
from commands.destroy_check.deployed import Deployed, deployed
from commands.destroy_check.model import Findings
from commands.destroy_check.prices import Price, Prices, listed
from commands.destroy_check.protections import protections
from commands.flattened import flattened
from commands.preflight.unanswered import Unanswered

PRICING_REGION = "us-east-1"
"""One of the three that answer the Price List API."""


def from_assembly(assembly: Path, deployment: str, *, region: str) -> Findings:
    """What the synthesized template says."""
    template = flattened(assembly, deployment)
    artifact = json.loads((assembly / "manifest.json").read_text())["artifacts"][deployment]
    termination = bool(artifact["properties"].get("terminationProtection"))
    return Findings(
        deployment=deployment,
        region=region,
        source="the template alone",
        left=from_template.left(template, deployment),
        protections=protections(template, deployment, termination=termination),
    )


def from_account(account: Account, template: Findings) -> Findings:
    """The same of what is deployed, with what is there; of the template where nothing is deployed."""
    name = template.deployment
    stack, source = _stack(account, name)
    left, protected = template.left, template.protections
    if stack:
        declared = from_template.left(stack.template, name)
        left = existing.of_stack(account, name, stack, declared)
        protected = protections(stack.template, name, termination=stack.termination_protection)
    return Findings(
        deployment=name,
        region=account.region,
        source=source,
        left=left,
        protections=protected,
        earlier=past.of_the_past(account, name, stack),
        not_checked=sorted(account.not_checked),
    )


def _stack(account: Account, name: str) -> tuple[Deployed | None, str]:
    try:
        stack = deployed(account, name)
    except Unanswered as error:
        account.skip("the deployed stack", error)
        return None, "the template alone: the deployed stack could not be read"
    return stack, "the deployed stack" if stack else "the template alone: it is not deployed"


def current(account: Account, prices: Prices) -> Prices:
    """The prices of the account's region from the Price List API, as far as it answers."""
    answers: dict[str, list[str]] = {}
    for name, price in prices.prices.items():
        try:
            answers[name] = _products(account, price)
        except (Unanswered, NotThereError):
            break
    return listed(prices, answers, region=account.region)


def _products(account: Account, price: Price) -> list[str]:
    filters = {"regionCode": account.region, **price.where}
    products: list[str] = account.ask(
        "pricing",
        "get_products",
        region=PRICING_REGION,
        ServiceCode=price.service,
        Filters=[
            *({"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in filters.items()),
            {"Type": "CONTAINS", "Field": "usagetype", "Value": price.usage},
        ],
    )["PriceList"]
    return products
