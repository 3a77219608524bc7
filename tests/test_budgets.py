"""Sizes against what CloudFormation takes, for examples and variants alike."""

from pathlib import Path

import pytest

from commands.assembly import templates
from tests.conftest import COMMITTED, VARIANTS

LINES = 1000
LONGER = {
    "": 1200,  # the rules on task parameters, which compare no numbers and so list every value
    "Fargate": 2100,  # one task definition: two containers, 60 variables, each secret by ARN and key
}
"""Stacks whose template has a reason to be longer (the root's name is empty)."""


@pytest.mark.parametrize("deployment", COMMITTED)
def test_templates_stay_within_their_budgets(assembly: Path, deployment: str) -> None:
    over = [
        f"{t.name}: {t.bytes} bytes, {len(t.resources)} resources"
        for t in templates(assembly, deployment)
        if not t.within_budget
    ]
    assert not over


@pytest.mark.parametrize("deployment", VARIANTS)
def test_variants_stay_within_their_budgets(variants: Path, deployment: str) -> None:
    over = [
        f"{t.name}: {t.bytes} bytes, {len(t.resources)} resources"
        for t in templates(variants, deployment)
        if not t.within_budget
    ]
    assert not over


@pytest.mark.parametrize("deployment", COMMITTED)
def test_snapshots_stay_readable(assembly: Path, deployment: str) -> None:
    lines = {
        template.name.partition(".")[2]: template.file.read_text().count("\n")
        for template in templates(assembly, deployment)
    }
    long = {stack: count for stack, count in lines.items() if count > LONGER.get(stack, LINES)}
    assert not long, "split the nested stack or move data into an asset"
