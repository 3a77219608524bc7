"""One emulator with running tasks for each module."""

import pytest

from tests.commands.local.emulated import Emulated
from tests.commands.local.tasks.bench import Bench


@pytest.fixture(scope="module")
def bench(emulated: Emulated) -> Bench:
    """An emulator that runs the tasks of a small application."""
    return Bench.prepared(emulated)
