"""Installs everything that this folder adds to ministack."""

from pathlib import Path

from commands.local.emulator import attributes, caches, databases, echo, filled_secrets, given, provisioner
from commands.local.emulator.defects import (
    cache_users,
    conditions,
    generated_secrets,
    invitations,
    listener_attributes,
    metric_math_alarms,
    nested_stacks,
    refreshed_tokens,
    scaling_api,
    secret_references,
    secret_rotation,
    sign_in_names,
    task_definitions,
)
from commands.local.emulator.engine import Engine
from commands.local.emulator.kubernetes import clusters, resources
from commands.local.emulator.table.attributes import ATTRIBUTES
from commands.local.emulator.table.checks import CHECKS
from commands.local.emulator.table.rows import ROWS
from commands.local.emulator.tasks import installation as tasks

DEFECTS = (
    cache_users,
    conditions,
    generated_secrets,
    invitations,
    listener_attributes,
    metric_math_alarms,
    nested_stacks,
    refreshed_tokens,
    scaling_api,
    secret_references,
    secret_rotation,
    sign_in_names,
    task_definitions,
)


def install(state: Path) -> None:
    """Extend the ministack of this process; once."""
    for defect in DEFECTS:
        defect.install()
    provisioner.install(ROWS)
    attributes.install(ATTRIBUTES)
    databases.install(state)
    caches.install(state)
    given.install()
    filled_secrets.install(state)
    echo.install(state)
    tasks.install(state)
    clusters.install(resources.install(state))
    calling = {row.type for row in ROWS if row.create or row.update or row.delete}
    Engine(
        checks={**{row.type: row.checks for row in ROWS if row.checks}, **CHECKS},
        blocking=databases.BLOCKING | tasks.BLOCKING | clusters.BLOCKING | calling,
    ).install()
