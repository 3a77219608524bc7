"""cfn-lint on every template; cdk-nag runs inside each synthesis, where an unanswered finding makes it fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from commands.assembly import templates
from tests.conftest import COMMITTED, ROOT, VARIANTS

ACKNOWLEDGED = {
    "W3005": "the CDK writes DependsOn beside a reference that implies it; harmless",
    "I3042": "partitions other than aws are written as the CDK resolves them",
}
"""cfn-lint rules that are left out of the run, each with the reason."""


def lint(files: list[Path]) -> str:
    run = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable"),
            *("--regions", "us-east-1", "eu-central-1", "--ignore-checks", *ACKNOWLEDGED, "--"),
            *map(str, files),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return run.stdout + run.stderr


@pytest.mark.parametrize("deployment", COMMITTED)
def test_cfn_lint_finds_nothing(assembly: Path, deployment: str) -> None:
    assert lint([template.file for template in templates(assembly, deployment)]) == ""


@pytest.mark.parametrize("deployment", VARIANTS)
def test_cfn_lint_finds_nothing_in_variants(variants: Path, deployment: str) -> None:
    assert lint([template.file for template in templates(variants, deployment)]) == ""
