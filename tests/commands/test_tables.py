"""Tables are one line per row where a pipe or a file reads them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import budgets, console, rows
from commands.__main__ import app

LONG = f"tests/stacks/test_network.py::test_{'a_long_sentence_' * 8}"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found = {row: {f"tests/test_one.py::test_{row}", LONG} for row in rows.ROWS}
    monkeypatch.setattr(rows, "_tests_by_row", lambda: found)
    return CliRunner().invoke(app, ["rows"]).stdout.splitlines()


def test_each_test_of_a_row_is_a_line_with_the_row(lines: list[str]) -> None:
    shown = [line for line in lines if " C1 " in line]
    assert len(shown) == 2
    assert LONG in shown[0]
    assert "tests/test_one.py::test_C1" in shown[1]


def test_the_budgets_name_each_template_on_one_line(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cdk.out").symlink_to(assembly)
    monkeypatch.setattr(budgets, "ROOT", tmp_path)
    output = CliRunner().invoke(app, ["budgets", "--deployment", "open-webui-prod"]).stdout
    assert [
        line for line in output.splitlines() if "open-webui-prod.template.json" in line and "51,200" in line
    ]


def test_budgets_of_what_was_not_synthesized_are_refused_on_one_line(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "ROOT", tmp_path)
    run = CliRunner().invoke(app, ["budgets"])
    assert (run.exit_code, run.stderr) == (2, "cdk.out: holds no templates; write them with make synth\n")
    (tmp_path / "cdk.out").symlink_to(assembly)
    for name, remedy in (
        ("aegisai-pord", "did you mean aegisai-prod? There are aegisai-dev, aegisai-prod, open-webui-dev"),
        ("zzz", "there are those of aegisai-dev, aegisai-prod, open-webui-dev"),
    ):
        run = CliRunner().invoke(app, ["budgets", "--deployment", name])
        assert run.exit_code == 2
        assert run.stderr.startswith(f"cdk.out: holds no templates of '{name}'; {remedy}")
        assert run.stderr.count("\n") == 1


def test_a_terminal_has_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "97")
    assert console.console().width == 97
