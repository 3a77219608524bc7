"""Which of an account's quotas a deployment takes a share of: the table of `make preflight`, without an account."""

from dataclasses import dataclass
from typing import Any

from commands.account.deployed import Deployed
from commands.preflight.needs import Planned
from commands.preflight.quota_table import quotas
from commands.preflight.values import Values, defaults

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


def shares(template: Template) -> list[Share]:
    """What a first deployment of a flattened template takes, with the parameters as they are by default."""
    planned = Planned(
        template=template,
        values=Values(
            pseudo={name: name for name in PSEUDO},
            parameters=defaults(template),
            zones=ZONES,
            mappings=template.get("Mappings", {}),
        ),
        deployed=Deployed(),
    )
    return [
        Share(name=quota.name, service=quota.service, code=quota.code or "", amount=amount)
        for quota in quotas()
        if (amount := quota.needed(planned))
    ]
