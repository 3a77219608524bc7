"""A bundle of each committed deployment that is asked for, and the emulator of the tests."""

from pathlib import Path

import pytest

from commands.bundle.folder import write_bundle
from tests.commands.local.conftest import emulated

__all__ = ["emulated"]


@pytest.fixture(scope="session")
def bundle(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of `open-webui-prod`."""
    folder = tmp_path_factory.mktemp("dist") / "open-webui-prod"
    write_bundle(assembly, folder.name, to=folder)
    return folder
