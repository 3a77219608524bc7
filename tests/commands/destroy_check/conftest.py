"""An emulator of its own for the tests against an account."""

from collections.abc import Iterator

import pytest

from tests.commands.local.conftest import _emulator
from tests.commands.local.emulated import Emulated


@pytest.fixture(scope="module")
def emulated() -> Iterator[Emulated]:
    """The embedded AWS as `make local` starts it."""
    yield from _emulator("destroy-check")
