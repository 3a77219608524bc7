"""Which of an account's quotas a deployment takes a share of: the table of `make preflight`, without an account."""

from dataclasses import dataclass
from typing import Any, cast

from commands.account.deployed import Deployed
from commands.account.reading import Account
from commands.preflight.needs import Bootstrap, Needs
from commands.preflight.quota_table import quotas
from commands.preflight.values import Values, defaults
from settings.deployment import AwsDeployment

Template = dict[str, Any]
PSEUDO = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix")
ZONES = tuple(f"zone {number}" for number in range(1, 7))
"""More than a region has; which ones they are counts for nothing here."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of a quota is taken; `code` is empty where Service Quotas has none."""

    name: str
    service: str
    code: str
    amount: float


def shares(template: Template, deployment: str) -> list[Share]:
    """What a first deployment of a flattened template takes, with the parameters as they are by default."""
    needs = Needs(
        name=deployment,
        settings=cast(AwsDeployment, None),  # the amounts are read from the template alone
        template=template,
        values=Values(
            pseudo={name: name for name in PSEUDO},
            parameters=defaults(template),
            zones=ZONES,
            mappings=template.get("Mappings", {}),
        ),
        deployed=Deployed(),
        bootstrap=Bootstrap(version=0, parameter=""),
    )
    nobody = cast(Account, None)  # nothing is deployed, so there is nothing to ask for
    found = [(quota, quota.needed(nobody, needs)) for quota in quotas()]
    return [
        Share(name=quota.name, service=quota.service, code=quota.code or "", amount=amount)
        for quota, amount in found
        if amount
    ]
