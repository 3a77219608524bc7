"""Puts together what templates and account say."""

import json
from pathlib import Path

from commands.account.deployed import Deployed, read_deployed
from commands.account.reading import Account
from commands.account.unanswered import Unanswered
from commands.destroy_check import existing, from_template, past
from commands.destroy_check.model import Findings, Unread
from commands.destroy_check.prices import Price, Prices, listed
from commands.destroy_check.protections import Sections, obstacles
from commands.destroy_check.templates import deployed_template
from commands.flattened import Template, flattened

PRICING_REGION = "us-east-1"
"""One of the three that answer the Price List API."""


def from_assembly(assembly: Path, deployment: str, *, region: str, sections: Sections) -> Findings:
    """What the synthesized template says."""
    template = flattened(assembly, deployment)
    artifact = json.loads((assembly / "manifest.json").read_text())["artifacts"][deployment]
    termination = bool(artifact["properties"].get("terminationProtection"))
    return Findings(
        deployment=deployment,
        region=region,
        source="the template alone",
        left=from_template.left(template, deployment),
        protections=obstacles(template, deployment, termination=termination, sections=sections),
    )


def from_account(account: Account, template: Findings, *, sections: Sections) -> Findings:
    """The same of what is deployed, with what is there; of the template where nothing is deployed."""
    name, unread = template.deployment, Unread()
    stack, body, source = _stack(account, name, unread)
    left, protected = template.left, template.protections
    if body:
        left = existing.of_stack(account, name, stack, from_template.left(body, name), unread)
        protected = obstacles(body, name, termination=stack.termination_protection, sections=sections)
    return Findings(
        deployment=name,
        region=account.region,
        source=source,
        left=left,
        protections=protected,
        earlier=past.of_the_past(account, name, stack, unread),
        not_checked=sorted(unread.found),
    )


def _stack(account: Account, name: str, unread: Unread) -> tuple[Deployed, Template, str]:
    """What is deployed, its template and what that is; the template is empty where there is none to read."""
    try:
        stack = read_deployed(account, name)
        if not stack.is_there:
            return stack, {}, "the template alone: it is not deployed"
        return stack, deployed_template(account, stack), "the deployed stack"
    except Unanswered as error:
        unread.add("the deployed stack", error)
        return Deployed(), {}, "the template alone: the deployed stack could not be read"


def current(account: Account, prices: Prices) -> Prices:
    """The prices of the account's region from the Price List API, as far as it answers."""
    answers: dict[str, list[str]] = {}
    for name, price in prices.prices.items():
        try:
            answers[name] = _products(account, price)
        except Unanswered:
            break
    return listed(prices, answers, region=account.region)


def _products(account: Account, price: Price) -> list[str]:
    filters = {"regionCode": account.region, **price.where}
    return account.each(
        "pricing",
        "get_products",
        "PriceList",
        region=PRICING_REGION,
        ServiceCode=price.service,
        Filters=[
            *({"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in filters.items()),
            {"Type": "CONTAINS", "Field": "usagetype", "Value": price.usage},
        ],
    )
