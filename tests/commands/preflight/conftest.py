"""The emulator of the life cycle's tests, for the whole run."""

from tests.commands.local.conftest import emulated

__all__ = ["emulated"]
