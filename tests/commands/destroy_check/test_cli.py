"""`destroy-check` as it is typed, without an account."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from commands import synthesized
from commands.destroy_check import cli

APP = typer.Typer()
APP.command()(cli.destroy_check)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, assembly: Path) -> None:
    """A machine without credentials, on which synthesis was done before."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def copied(outdir: Path, **_: Any) -> str:
        shutil.copytree(assembly, outdir, dirs_exist_ok=True)
        return ""

    monkeypatch.setattr(synthesized, "synthesize", copied)


def test_without_credentials_the_template_answers_and_the_account_is_not_checked() -> None:
    run = CliRunner().invoke(APP, ["--deployment", "open-webui-prod", "--json"])
    assert run.exit_code == 0
    answer = json.loads(run.stdout)
    assert answer["from"] == "the template alone"
    assert len(answer["left"]) > 20
    (unread,) = answer["not_checked"]
    assert unread["what"] == "the account"
    assert unread["needs"].startswith("no AWS credentials were found")


def test_people_read_unit_prices_where_no_size_is_known_and_where_prices_are_from() -> None:
    run = CliRunner().invoke(APP, ["--deployment", "open-webui-prod"])
    assert run.exit_code == 0
    (files,) = (line for line in run.stdout.splitlines() if "FilesFileSystem" in line)
    assert "0.30 per GB and month" in files
    assert "from memory" in run.stdout
    assert "termination_protection: false" in run.stdout
