"""One emulator for all tests of this folder: none of them changes what another one sees."""

from collections.abc import Iterator

import pytest

from tests.commands.local.conftest import _emulator
from tests.commands.local.emulated import Emulated


@pytest.fixture(scope="session")
def emulated() -> Iterator[Emulated]:
    """The emulator as `make try` starts it."""
    yield from _emulator("trial")
