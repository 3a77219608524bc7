"""Every command that looks at one deployment says the same where there is none of that name."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.__main__ import app

COMMANDS = (
    ("bundle",),
    ("report",),
    ("preflight",),
    ("destroy-check",),
    ("drift",),
    ("change-set", "--name", "monday"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("environment: dev\n")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "which deployment? choose one of one, two: DEPLOYMENT=…"),
        (["--deployment", ""], "which deployment? choose one of one, two: DEPLOYMENT=…"),
        (["--deployment", "onne"], "no deployment is named 'onne'; did you mean one? There are one, two"),
    ],
    ids=["missing", "empty", "unknown"],
)
def test_missing_and_unknown_deployments(
    folder: Path, command: tuple[str, ...], options: list[str], said: str
) -> None:
    ended = CliRunner().invoke(app, [*command, "--deployments", str(folder), *options])
    assert (ended.exit_code, ended.stderr, ended.stdout) == (2, f"{folder}: {said}\n", "")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_folder_that_is_not_there(command: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(app, [*command, "--deployments", "nowhere", "--deployment", "one"])
    assert ended.exit_code == 2
    assert ended.stderr.startswith("nowhere: is no folder of deployments")
    assert ended.stderr.count("\n") == 1
