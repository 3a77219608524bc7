"""One emulator for all the stores: each test module puts a stack of its own into it."""

from collections.abc import Iterator

import pytest

from tests.commands.local.conftest import _emulator
from tests.commands.local.emulated import Emulated


@pytest.fixture(scope="package")
def emulated() -> Iterator[Emulated]:
    """The emulator as `make local` starts it."""
    yield from _emulator("stores")
