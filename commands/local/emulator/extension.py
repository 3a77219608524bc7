"""Installs everything that this folder adds to ministack."""

from pathlib import Path

from commands.local.emulator import attributes, databases, given, provisioner
from commands.local.emulator.defects import (
    conditions,
    metric_math_alarms,
    nested_stacks,
    scaling_api,
    secret_references,
    secret_rotation,
    task_definitions,
)
from commands.local.emulator.engine import Engine
from commands.local.emulator.table.attributes import ATTRIBUTES
from commands.local.emulator.table.checks import CHECKS
from commands.local.emulator.table.rows import ROWS

DEFECTS = (
    conditions,
    metric_math_alarms,
    nested_stacks,
    scaling_api,
    secret_references,
    secret_rotation,
    task_definitions,
)


def install(state: Path) -> None:
    """Extend the ministack of this process; once."""
    for defect in DEFECTS:
        defect.install()
    provisioner.install(ROWS)
    attributes.install(ATTRIBUTES)
    databases.install(state)
    given.install()
    calling = {row.type for row in ROWS if row.create or row.update or row.delete}
    Engine(
        checks={**{row.type: row.checks for row in ROWS if row.checks}, **CHECKS},
        blocking=databases.BLOCKING | calling,
    ).install()
