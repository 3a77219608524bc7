"""An emulator for each module that asks for one: its own port, its own folder, beside a developer's `make local`."""

import os
import shutil
from collections.abc import Iterator

import pytest

from commands.local import server
from commands.local.place import ROOT, Place
from commands.local.virtual_environment import EMULATOR
from tests.commands.local.emulated import Emulated


def _emulator(name: str, *options: str) -> Iterator[Emulated]:
    EMULATOR.install()
    # Not in /tmp: PostgreSQL runs as a user of its own where we are root, and that one may not look in there.
    place = Place(state=ROOT / ".local" / "tests" / f"{name}-{os.getpid()}")
    shutil.rmtree(place.state, ignore_errors=True)
    running = server.start(place, options=options)
    yield Emulated(place=place, server=running)
    server.stop(place)
    shutil.rmtree(place.state, ignore_errors=True)


@pytest.fixture(scope="module")
def emulated() -> Iterator[Emulated]:
    """The emulator as `make local` starts it."""
    yield from _emulator("extended")


@pytest.fixture(scope="module")
def plain() -> Iterator[Emulated]:
    """ministack without our extension: shows whether a defect is still there."""
    yield from _emulator("plain", "--plain")
