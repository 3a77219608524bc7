"""Which environment variables an application's code reads."""

from pathlib import Path

import pytest

from settings.known_variables import known_variables, names_in, variables_of

MODULE = """
import os
from os import getenv
URL = os.environ.get("WEBUI_URL", "x")
KEY = os.environ["WEBUI_SECRET_KEY"]
NAME = os.getenv('WEBUI_NAME')
SIZE = _int_env("POOL_SIZE", 8)
BANNERS = PersistentConfig("WEBUI_BANNERS", "ui.banners", os.environ.get("WEBUI_BANNERS", "[]"))
LABEL = labels.get("NOT_READ")
CASE = os.environ.get("lower")
"""


def test_lookups_calls_and_helpers_that_mention_the_environment_count_and_nothing_else() -> None:
    assert set(names_in(MODULE)) == {
        "WEBUI_URL",
        "WEBUI_SECRET_KEY",
        "WEBUI_NAME",
        "POOL_SIZE",
        "WEBUI_BANNERS",
    }


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    package = tmp_path / "9.9.9" / "lib" / "python3.11" / "site-packages" / "open_webui"
    (package / "models").mkdir(parents=True)
    (package / "env.py").write_text(MODULE)
    (package / "models" / "config.py").write_text('from os import environ\nA = environ["BELOW"]\n')
    (package / "plain.py").write_text("this is not Python: and holds nothing of interest")
    return tmp_path


def test_every_module_of_a_package_is_read_and_none_is_run(packages: Path) -> None:
    known = known_variables("9.9.9", packages=packages)
    assert known is not None
    assert {"WEBUI_URL", "BELOW"} < known


def test_the_pinned_version_needs_no_package(tmp_path: Path) -> None:
    known = known_variables("0.12.4", packages=tmp_path / "missing")
    assert known is not None
    assert "ENABLE_WEB_SEARCH" in known


def test_of_another_version_nothing_is_known_unless_it_is_installed(packages: Path) -> None:
    assert known_variables("9.9.8", packages=packages) is None


def test_a_package_without_modules_reads_nothing(tmp_path: Path) -> None:
    assert variables_of(tmp_path) == frozenset()
