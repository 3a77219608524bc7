"""Acknowledged findings, with their reasons and the resources that they are about."""

import json
from pathlib import Path

import pytest

from commands.flattened import flattened
from commands.report.findings import FIRST, findings
from tests.commands.report.conftest import Report
from tests.conftest import COMMITTED, VARIANTS


def acknowledged(assembly: Path, deployment: str) -> set[tuple[str, str]]:
    metadata = json.loads((assembly / f"{deployment}.metadata.json").read_text())
    return {
        (rule.removeprefix("Annotation::"), reason)
        for entries in metadata.values()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule, reason in entry["data"].items()
    }


@pytest.mark.parametrize("deployment", [*COMMITTED, *VARIANTS])
def test_every_acknowledgement_is_there_with_its_resources(
    request: pytest.FixtureRequest, deployment: str
) -> None:
    folder: Path = request.getfixturevalue("assembly" if deployment in COMMITTED else "variants")
    found = findings(folder, deployment, flattened(folder, deployment))
    shown = {(f"{each.rule}[{each.detail}]" if each.detail else each.rule, each.reason) for each in found}
    assert shown == acknowledged(folder, deployment)
    assert not [each for each in found if not each.meaning], "say in RULES what the rule finds"
    assert not [each for each in found if each.rule.startswith(FIRST) and not each.addresses]


def test_a_finding_is_one_row_with_all_of_its_resources(report: Report) -> None:
    (section,) = report("open-webui-prod").find("section", id="findings")
    assert [
        "AwsSolutions-RDS11",
        "A database listens on its engine's default port.",
        "PostgreSQL's own; the security group admits the tasks alone, and another port hides nothing.",
        "Storage › DatabaseCluster",
    ] in section.rows()
    secrets = [row[3] for row in section.rows() if row[0] == "AwsSolutions-SMG4"]
    assert "Fargate › Admin Fargate › SessionKey Fargate › TokenKey" in secrets
