"""`python -m commands manifests` writes what a deployment runs on Kubernetes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.__main__ import app
from systems import manifests as room
from tests.k8s import shop


@pytest.fixture
def run(tmp_path: Path) -> list[str]:
    return ["manifests", "--assembly", str(tmp_path / "out"), "--kept", str(tmp_path / "kept")]


def test_the_files_and_how_to_apply_them_are_told(
    run: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "manifests", lambda settings: shop.manifests())
    result = CliRunner().invoke(app, [*run, "open-webui-dev"])
    folder = tmp_path / "out" / "manifests" / "open-webui-dev"
    assert result.exit_code == 0
    assert f"kubectl apply -k {folder}" in result.stdout
    assert (folder / "kustomization.yaml").exists()
    assert (tmp_path / "kept" / "open-webui-dev.json").exists()


def test_a_deployment_without_kubernetes_is_refused_in_one_line(run: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*run, "open-webui-dev"])
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert "open-webui does not run on Kubernetes; choose a deployment that does" in line
    assert not (tmp_path / "out").exists()


TRIAL = (
    "system: aegisai\nenvironment: staging\nhosting: any\nimages: {registry: localhost:5000/ours, tag: 1.0.0}\n"
    "shared_storage: {storage_class: nfs}\n"
)


def test_what_is_doubtful_is_told_beside_the_manifests(run: list[str], tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(TRIAL)
    result = CliRunner().invoke(app, [*run, "--deployments", str(tmp_path), "demo"])
    assert result.exit_code == 0
    assert [line.partition(": warning: ")[0] for line in result.stderr.splitlines()] == [
        f"{tmp_path}/demo.yaml:1: secrets.source",
        f"{tmp_path}/demo.yaml:1: backup_job.bucket",
    ]


def test_a_damaged_file_of_secrets_is_one_line(run: list[str], tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(TRIAL)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "demo.json").write_text("{")
    result = CliRunner().invoke(app, [*run, "--deployments", str(tmp_path), "demo"])
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert line.startswith(f"{tmp_path}/kept/demo.json:1: file: is no JSON of texts")


def test_an_unknown_deployment_is_refused_in_one_line(run: list[str]) -> None:
    result = CliRunner().invoke(app, [*run, "shop"])
    assert result.exit_code == 2
    assert "no deployment is named 'shop'" in result.stderr
