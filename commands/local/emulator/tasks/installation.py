"""Puts tasks into an emulator."""

import shutil
from pathlib import Path

from commands.local.emulator.tasks import services
from commands.local.emulator.tasks.plan import FOLDER, Machine
from commands.local.emulator.tasks.programs import Programs
from commands.local.emulator.tasks.scheduler import Scheduler
from commands.local.emulator.tasks.status import Status
from commands.local.emulator.tasks.volumes import FILE_SYSTEMS

BLOCKING = services.BLOCKING
"""Resource types that wait for tasks."""


def install(state: Path) -> None:
    """Run tasks of ECS as programs for as long as `state` holds a table of programs."""
    # What ministack knew was in its memory: the files of it mean nothing to the next one.
    for name in (FOLDER, FILE_SYSTEMS):
        shutil.rmtree(state / name, ignore_errors=True)
    scheduler = Scheduler(
        Machine(state=state, programs=Programs(state), status=Status(state / FOLDER)),
    )
    scheduler.install()
    services.install(scheduler)
