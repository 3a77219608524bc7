"""How commands end that cannot go on: a line and a code, wherever they stand."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from commands import synthesized
from commands.__main__ import app
from commands.synthesis import SynthesisFailed

NAME = "open-webui-dev"
WRITING = ("bundle", "diagram", "report")
READING = ("preflight", "destroy-check", "drift")
Synthesis = Callable[..., str]


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch, assembly: Path) -> None:
    """Synthesis was done before."""

    def copy(outdir: Path, **_: Any) -> str:
        shutil.copytree(assembly, outdir, dirs_exist_ok=True)
        return ""

    monkeypatch.setattr(synthesized, "synthesize", copy)


def run(command: str, *options: str, deployment: str = NAME) -> Result:
    return CliRunner().invoke(app, [command, "--deployment", deployment, *options])


@pytest.mark.parametrize("command", [*WRITING, *READING, "change-set"])
def test_a_deployment_that_is_not_there_is_a_line(command: str) -> None:
    options = ("--name", "one") if command == "change-set" else ()
    ended = run(command, *options, deployment="nobody")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "nobody" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [*WRITING, "destroy-check"])
def test_what_synthesis_said_is_told_with_its_code(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    def fails(*_: Any, **__: Any) -> str:
        raise SynthesisFailed("a check has a finding", 3)

    monkeypatch.setattr(synthesized, "synthesize", fails)
    ended = run(command)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (3, "", "a check has a finding\n")


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize("below", ["", "dist"])
def test_a_place_that_cannot_be_written_is_a_line(tmp_path: Path, command: str, below: str) -> None:
    (tmp_path / "file").touch()
    ended = run(command, "--output", str(tmp_path / "file" / below))
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert f"{tmp_path}{os.sep}file" in ended.stderr
    assert "cannot be written (" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
