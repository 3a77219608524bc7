"""The report of each committed deployment, and of templates that a test writes itself."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import ROOT
from commands.report.page import page
from settings.load import load_deployment
from tests.commands.report.html import Element, parsed

Report = Callable[[str], Element]
Small = Callable[..., Element]


@pytest.fixture(scope="session")
def report_text(assembly: Path) -> Callable[[str], str]:
    """The page of a committed deployment as it is written."""

    def of(deployment: str) -> str:
        loaded = load_deployment(ROOT / "deployments" / f"{deployment}.yaml")
        return page(assembly, deployment, capacity=loaded.deployment.capacity())

    return cache(of)


@pytest.fixture(scope="session")
def report(report_text: Callable[[str], str]) -> Report:
    """The page of a committed deployment."""
    return cache(lambda deployment: parsed(report_text(deployment)))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """The page of one template without nested stacks or picture, with acknowledgements by construct path."""
    monkeypatch.setattr("commands.report.page.picture", lambda *_, **__: "")

    def of(template: dict[str, Any], acknowledged: dict[str, dict[str, str]] | None = None) -> Element:
        made = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, **template}
        metadata: dict[str, list[dict[str, Any]]] = {
            f"/small/{name}/Resource": [{"type": "aws:cdk:logicalId", "data": name}]
            for name in made["Resources"]
        }
        for path, rules in (acknowledged or {}).items():
            metadata[path] = [{"type": "aws:cdk:acknowledged-rules", "data": rules}]
        manifest = {"artifacts": {"small": {"properties": {"templateFile": "small.template.json"}}}}
        for name, content in {
            "manifest": manifest,
            "small.assets": {"files": {}},
            "small.metadata": metadata,
            "small.template": made,
        }.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        return parsed(page(tmp_path, "small"))

    return of
