"""`make report` in the words of its user."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.__main__ import app

RUNNER = CliRunner()


@pytest.mark.wide
def test_it_writes_the_page_and_says_where(tmp_path: Path) -> None:
    result = RUNNER.invoke(
        app, ["report", "--deployment", "open-webui-prod", "--output", str(tmp_path / "new")]
    )
    assert result.exit_code == 0, result.stderr
    file = tmp_path / "new" / "open-webui-prod-report.html"
    assert result.stdout.startswith(f"{file}: ")
    assert file.read_text().startswith("<!doctype html>")


@pytest.mark.wide
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = RUNNER.invoke(
        app, ["report", "--deployment", "open-webui-dev", "--output", str(tmp_path / "file")]
    )
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
