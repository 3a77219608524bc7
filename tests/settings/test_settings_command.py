"""`make settings`: what is in force, and where each value comes from."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from commands.settings import as_yaml, settings
from settings.load import load_deployment

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "deployments").glob("*.yaml"), *(ROOT / "tests" / "deployments").glob("*.yaml")])


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(ROOT)
    return CliRunner()


app = typer.Typer()
app.command()(settings)


@pytest.mark.row("C8")
def test_every_value_is_printed_with_its_origin(run: CliRunner) -> None:
    result = run.invoke(app, ["open-webui-dev"])
    assert result.exit_code == 0
    cells = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in result.output.splitlines()
        if "│" in line
    ]
    assert ["tasks.cpu", "512", "preset"] in cells
    assert ["load_balancer.edge", "cloudfront", "file"] in cells
    assert ["backup.retention_days", "35", "default"] in cells
    assert ["region", "-", "default"] in cells


def test_programs_read_it_as_json(run: CliRunner) -> None:
    result = run.invoke(app, ["open-webui-dev", "--format", "json"])
    printed = json.loads(result.output)
    assert printed["deployment"] == "open-webui-dev"
    assert {"setting": "tasks.max_tasks", "value": 1, "from": "preset"} in printed["settings"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_yaml_is_a_complete_deployment_file_that_says_the_same(file: Path, tmp_path: Path) -> None:
    loaded = load_deployment(file)
    complete = tmp_path / file.name
    complete.write_text(as_yaml(loaded), encoding="utf-8")
    again = load_deployment(complete)
    assert again.deployment == loaded.deployment
    assert set(again.origins.values()) == {"file"}


def test_the_yaml_says_what_the_file_did_not(run: CliRunner) -> None:
    lines = run.invoke(app, ["open-webui-dev", "--format", "yaml"]).output.splitlines()
    assert any(line.split() == ["max_tasks:", "1", "#", "dev", "preset"] for line in lines)
    assert any(line.split() == ["edge:", "cloudfront"] for line in lines)


def test_without_a_name_all_are_printed(run: CliRunner) -> None:
    output = run.invoke(app, []).output
    assert "open-webui-dev: open-webui, dev" in output
    assert "open-webui-prod: open-webui, prod" in output


def test_a_bad_file_or_name_ends_with_2_and_no_traceback(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text("system: open-webui\n")
    result = run.invoke(app, ["demo", "--deployments", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"{tmp_path}/demo.yaml:1: ")
    assert run.invoke(app, ["demi", "--deployments", str(tmp_path)]).exit_code == 2
