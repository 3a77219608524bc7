"""cfn-lint on every template; cdk-nag runs inside each synthesis, where an unanswered finding makes it fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from commands.assembly import deployments, templates
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


@pytest.mark.slow
def test_cfn_lint_finds_nothing(assembly: Path) -> None:
    files = [template.file for deployment in COMMITTED for template in templates(assembly, deployment)]
    assert lint(files) == ""


@pytest.mark.slow
def test_cfn_lint_finds_nothing_in_variants(variants: Path) -> None:
    files = [template.file for deployment in VARIANTS for template in templates(variants, deployment)]
    assert lint(files) == ""


@pytest.mark.slow
def test_cfn_lint_finds_nothing_around_clusters(assembly: Path) -> None:
    files = [template.file for name in deployments(assembly) for template in templates(assembly, name)]
    assert lint(files) == ""


def test_cfn_lint_is_really_asked(assembly: Path, tmp_path: Path) -> None:
    template = templates(assembly, "open-webui-dev")[1]
    broken = tmp_path / "broken.json"
    broken.write_text(template.file.read_text().replace('"CidrBlock"', '"CidrBlok"'))
    assert "E3002" in lint([broken])
