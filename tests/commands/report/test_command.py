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
