"""Which of an account's quotas a deployment takes a share of: the table of `make preflight`, without an account."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.account.deployed import Deployed
from commands.bundle.known import values
from commands.preflight.capacity import instances
from commands.preflight.needs import Planned
from commands.preflight.quota_table import machines, quotas
from settings.capacity.instances import instance_types

Template = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of a quota is taken; `code` is empty where Service Quotas has none, or what is taken is not known."""

    name: str
    service: str
    code: str
    amount: float


def shares(template: Template) -> list[Share]:
    """What a first deployment of a flattened template takes, with the parameters as they are by default."""
    planned = Planned(template=template, values=values(template), deployed=Deployed())
    vcpu = {name: each.vcpus for name, each in instance_types().items()}
    known = [
        Share(name=quota.name, service=quota.service, code=quota.code or "", amount=amount)
        for quota in (*quotas(), *machines(instances(planned), vcpu))
        if (amount := quota.needed(planned))
    ]
    return [*known, *_unknown(planned)]


def _unknown(planned: Planned) -> Iterator[Share]:
    """Instances of which we do not know how many vCPU they have."""
    for each in instances(planned):
        if each.type not in instance_types():
            name = f"instances of type {each.type or 'that only deployment tells'}, which take vCPU of EC2"
            yield Share(name=name, service="ec2", code="", amount=each.count)
