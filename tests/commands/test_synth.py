"""`make synth`: templates with their sizes, manifests where there are any, and one line where it cannot be done."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import synth
from commands.__main__ import app
from commands.synthesis import SynthesisFailed


@pytest.fixture
def made(assembly: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Synthesis has been done; what is asked of it is noted."""
    asked: list[dict[str, str]] = []

    def synthesized(outdir: Path, *, context: dict[str, str]) -> str:
        asked.append(context)
        return "a warning\n"

    monkeypatch.setattr(synth, "synthesize", synthesized)
    for module in ("commands.synth", "commands.budgets"):
        monkeypatch.setattr(f"{module}.ROOT", assembly.parent)
    monkeypatch.setattr(synth, "ASSEMBLY", assembly)
    (assembly.parent / "cdk.out").unlink(missing_ok=True)
    (assembly.parent / "cdk.out").symlink_to(assembly)
    return asked


def test_a_deployment_without_a_stack_has_manifests(made: list[dict[str, str]]) -> None:
    run = CliRunner().invoke(app, ["synth", "--deployment", "aegisai-local"])
    assert run.exit_code == 0, run.output
    assert "aegisai-local: 12 files of manifests" in run.stdout
    assert "template" not in run.stdout
    assert run.stderr == "a warning\n"
    assert made == [{"deployment": "aegisai-local", "deployments": str(Path("deployments").resolve())}]


def test_a_deployment_with_both_has_both(made: list[dict[str, str]]) -> None:
    run = CliRunner().invoke(app, ["synth", "--deployment", "aegisai-dev"])
    assert "aegisai-dev.template.json" in run.stdout
    assert "files of manifests" in run.stdout


def test_every_deployment_where_none_is_named(made: list[dict[str, str]]) -> None:
    said = CliRunner().invoke(app, ["synth"]).stdout
    assert all(
        f"{name}.template.json" in said for name in ("aegisai-prod", "open-webui-dev", "open-webui-prod")
    )


def test_what_is_refused_ends_with_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise SynthesisFailed("a finding", 1)

    monkeypatch.setattr(synth, "synthesize", refused)
    run = CliRunner().invoke(app, ["synth", "--deployment", "aegisai-dev"])
    assert (run.exit_code, run.stderr) == (1, "a finding\n")
    assert CliRunner().invoke(app, ["synth", "--deployment", "nobodys"]).exit_code == 2
