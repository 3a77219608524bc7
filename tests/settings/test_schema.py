"""The schema for editors and the reference for people."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.jsonschema import StandardValidator  # type: ignore[import-untyped]
from ruamel.yaml import YAML
from typer.testing import CliRunner

from commands import schema
from commands.__main__ import app
from tests.settings.test_fields import FIELDS

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "deployments").glob("*.yaml"))


def errors(document: Any) -> list[str]:
    return [
        str(error.message)
        for error in StandardValidator(json.loads(schema.json_schema())).iter_errors(document)
    ]


@pytest.mark.parametrize("path", [schema.SCHEMA, schema.REFERENCE], ids=str)
def test_the_committed_file_is_what_the_models_say(path: Path) -> None:
    made = {schema.SCHEMA: schema.json_schema, schema.REFERENCE: schema.reference}[path]()
    assert (ROOT / path).read_text(encoding="utf-8") == made, "run `make schema`"


def test_both_files_are_written_where_they_belong(tmp_path: Path) -> None:
    schema.schema(tmp_path)
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")) == [
        "deployments/schema.json",
        "docs/settings.md",
    ]


def test_the_schema_alone_is_written_beside_files_that_are_kept_elsewhere(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["schema", "--output", str(tmp_path / "schema.json")])
    assert (result.exit_code, result.stdout) == (0, f"wrote {tmp_path}/schema.json\n")
    assert (tmp_path / "schema.json").read_text() == schema.json_schema()
    assert [file.name for file in tmp_path.iterdir()] == ["schema.json"]


def test_a_file_that_cannot_be_written_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["schema", "--output", str(tmp_path / "no" / "schema.json")])
    assert result.exit_code == 2
    assert result.stderr == (
        f"{tmp_path}/no/schema.json: cannot be written (No such file or directory); "
        "name a file in a folder that exists\n"
    )


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_committed_deployments_name_the_schema_and_follow_it(file: Path) -> None:
    assert file.read_text().startswith("# yaml-language-server: $schema=schema.json\n")
    assert errors(YAML(typ="safe", pure=True).load(file)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tasks": {"cpus": 512}}, "cpus"),
        ({"tasks": {"cpu": 513}}, "513"),
        ({"tasks": {"max_tasks": 11}}, "11"),
        ({"environment": "production"}, "production"),
        ({"name": "demo"}, "name"),
        ({"load_balancer": {"certificate_arn": "arn:aws:iam::1:x"}}, "arn:aws:iam::1:x"),
    ],
)
def test_an_editor_sees_what_is_wrong(change: dict[str, Any], said: str) -> None:
    good = YAML(typ="safe", pure=True).load(ROOT / "deployments" / "open-webui-dev.yaml")
    assert any(said in error for error in errors({**good, **change}))


def test_the_schema_tells_presets_and_parameters() -> None:
    tasks = json.loads(schema.json_schema())["$defs"]["TaskSettings"]["properties"]
    assert (
        tasks["cpu"]["description"]
        == "CPU units of one task; 1024 are one vCPU. Presets: dev `512`. CloudFormation parameter TaskCpu."
    )
    assert tasks["cpu"]["default"] == 1024


def test_the_reference_has_a_row_for_every_field() -> None:
    page = schema.reference()
    assert [path for path, _ in FIELDS if f"| `{path.rpartition('.')[2]}` |" not in page] == []
    assert "| `max_tasks` | whole number, 1 to 10 | `4`<br>dev: `1` |" in page
