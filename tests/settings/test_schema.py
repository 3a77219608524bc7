"""The schema for editors and the reference for people."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.jsonschema import StandardValidator  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from commands import schema
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
