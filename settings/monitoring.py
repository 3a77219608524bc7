"""Logs, alarms, dashboard and whom they tell."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Model
from settings.operated import Operated
from settings.text import Email

RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]
"""What CloudWatch Logs takes (PutRetentionPolicy)."""


class MonitoringSettings(Model):
    """Where alarms go and how long logs stay."""

    email: Annotated[
        Email,
        Field(examples=["ops@example.com"]),
        Operated(
            parameter="AlarmEmail",
            group="Monitoring",
            label="Where alarms go",
            pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
            constraint="must be an e-mail address",
        ),
    ]
    """Address that alarms are sent to; AWS asks it to confirm the subscription."""
    log_retention_days: Annotated[
        RetentionDays,
        Operated(
            parameter="LogRetentionDays",
            group="Monitoring",
            label="Days that logs are kept",
            constraint="must be a number of days that CloudWatch Logs offers",
        ),
    ] = 90
    """Days that logs of application, tasks and network are kept."""
    audit_trail: bool = False
    """A CloudTrail trail for this account and region; leave it out where the organisation has one."""
