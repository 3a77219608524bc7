"""`make rows`: every row of the systems' table is shown by a test."""

import pytest
from typer.testing import CliRunner

from commands.__main__ import app


@pytest.mark.slow
def test_every_row_has_a_test() -> None:
    result = CliRunner().invoke(app, ["rows"])
    assert result.exit_code == 0, result.output
