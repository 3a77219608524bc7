"""Which of an account's quotas a deployment takes a share of: the table of `make preflight`, without an account."""

from dataclasses import dataclass
from typing import Any

from commands.account.deployed import Deployed
from commands.bundle.known import values
from commands.preflight.needs import Planned
from commands.preflight.quota_table import quotas

Template = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of a quota is taken; `code` is empty where Service Quotas has none."""

    name: str
    service: str
    code: str
    amount: float


def shares(template: Template) -> list[Share]:
    """What a first deployment of a flattened template takes, with the parameters as they are by default."""
    planned = Planned(template=template, values=values(template), deployed=Deployed())
    return [
        Share(name=quota.name, service=quota.service, code=quota.code or "", amount=amount)
        for quota in quotas()
        if (amount := quota.needed(planned))
    ]
