"""The composition root: what it synthesizes, what it refuses, and that the CLI writes the same bytes."""

import filecmp
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from commands.assembly import templates
from commands.synthesis import WITHOUT_CDK_RULES
from settings.open_webui import OpenWebUIDeployment
from tests.conftest import ROOT
from tests.settings.mutations import loaded_mutations, most_different

CANDIDATES, DIFFERENT = 60, 8
"""Mutated files that load, and how many of them, as different as can be, are synthesized."""


def run_app(
    outdir: Path, *, environment: Mapping[str, str] | None = None, **context: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            **(environment or {}),
            "CDK_OUTDIR": str(outdir),
            "CDK_CONTEXT_JSON": json.dumps(context),
        },
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "deployments"
    made.mkdir()
    return made


def test_files_of_another_folder_are_refused_with_place_value_and_remedy_and_nothing_is_written(
    folder: Path, tmp_path: Path
) -> None:
    text = (ROOT / "deployments" / "open-webui-dev.yaml").read_text()
    (folder / "chat.yaml").write_text(text.replace("edge: cloudfront", "edge: cloudfrond"))
    run = run_app(tmp_path / "out", deployments=str(folder))
    assert run.returncode == 2
    assert run.stderr.startswith(f"{folder}/chat.yaml:8: load_balancer.edge: ")
    assert "Traceback" not in run.stderr
    assert not list((tmp_path / "out").glob("*"))


def test_a_deployment_that_nobody_has_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    run = run_app(tmp_path / "out", deployment="open-webui-def")
    assert run.returncode == 2
    assert "did you mean open-webui-dev?" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_key_of_the_context_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    run = run_app(tmp_path / "out", deploymnet="open-webui-dev")
    assert run.returncode == 2
    assert run.stderr.startswith("-c deploymnet: ")
    assert "did you mean -c deployment=…?" in run.stderr
    assert not list((tmp_path / "out").glob("*"))


def test_a_deployment_that_is_not_asked_for_is_not_even_opened(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.yaml").write_text(": : :")
    (folder / "small.yaml").write_text((ROOT / "tests" / "deployments" / "standby.yaml").read_text())
    run = run_app(tmp_path / "out", deployments=str(folder), deployment="small")
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "out" / "small.template.json").exists()
    assert run.stderr.startswith(f"{folder}/small.yaml:6: monitoring.email: warning: "), (
        "told, and synthesized"
    )


@pytest.mark.slow
def test_the_cli_writes_the_same_templates(assembly: Path, tmp_path: Path) -> None:
    subprocess.run(
        [
            *("node", "node_modules/aws-cdk/bin/cdk", "synth", "--quiet"),
            *("--output", str(tmp_path), "--context", "deployment=open-webui-dev"),
        ],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    )
    names = [template.file.name for template in templates(assembly, "open-webui-dev")]
    same, different, missing = filecmp.cmpfiles(assembly, tmp_path, names, shallow=False)
    assert (different, missing) == ([], [])
    assert len(same) == len(names) > 8


@pytest.mark.wide
@pytest.mark.parametrize("seed", range(2))
def test_what_loads_synthesizes(seed: int, folder: Path, tmp_path: Path) -> None:
    """The settings refuse what the templates could not take: mutated files that load also synthesize."""
    candidates = [
        loaded.deployment
        for loaded in loaded_mutations(tmp_path, CANDIDATES, seed=seed)
        if isinstance(loaded.deployment, OpenWebUIDeployment)
    ]
    for index, deployment in enumerate(most_different(candidates, DIFFERENT)):
        written = deployment.model_dump_json(exclude_unset=True)
        (folder / f"mutated-{index}.yaml").write_text(written)
    run = run_app(tmp_path / "out", environment=WITHOUT_CDK_RULES, deployments=str(folder))
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert len(list((tmp_path / "out").glob("mutated-*.template.json"))) == DIFFERENT


@pytest.mark.slow
def test_cdk_nag_is_really_asked(tmp_path: Path) -> None:
    """Without the acknowledgments the same deployment has findings, and the synthesis fails and names them."""
    code = (
        "import sys\n"
        "from aws_cdk import Validations\n"
        "Validations.acknowledge = lambda self, *acknowledgments: None\n"
        "import app\n"
        "sys.exit(app.main())"
    )
    context = json.dumps({"deployment": "open-webui-dev"})
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": context, **WITHOUT_CDK_RULES},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "validation-report.json" in run.stderr
    assert "AwsSolutions-COG8" in (tmp_path / "validation-report.json").read_text()
    assert "Traceback" not in run.stderr
