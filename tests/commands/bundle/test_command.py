"""`make bundle` as it is typed: what it says, and that two machines make the same bytes of the same files."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commands import synthesized
from commands.__main__ import app
from commands.bundle import cli
from commands.diagram.graphviz import NotDrawn
from tests.commands.bundle.made_assembly import made_assembly

ROOT = Path(__file__).parents[3]
NAME = "open-webui-prod"


def run(*options: str, checkout: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a checkout."""
    return subprocess.run(
        [sys.executable, "-m", "commands", "bundle", *options],
        cwd=checkout,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_without_graphviz_it_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def undrawn(*_: Any, **__: Any) -> None:
        raise NotDrawn("the picture needs Node; run make setup")

    monkeypatch.setattr(synthesized, "synthesize", lambda *_, **__: "")
    monkeypatch.setattr(cli, "write_bundle", undrawn)
    ended = CliRunner().invoke(app, ["bundle", "--deployment", NAME, "--output", str(tmp_path)])
    assert (ended.exit_code, ended.stderr, ended.stdout) == (
        1,
        "the picture needs Node; run make setup\n",
        "",
    )


def copied(to: Path) -> Path:
    """The checkout's sources somewhere else, as on another machine."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)
    (to / "node_modules").symlink_to(ROOT / "node_modules")
    (to / ".venv").symlink_to(ROOT / ".venv")
    return to


def bytes_of(folder: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.wide
@pytest.mark.slow
def test_another_machine_makes_the_same_bytes(tmp_path: Path) -> None:
    here = run(
        "--deployment",
        NAME,
        "--output",
        str(tmp_path / "here"),
        TZ="UTC",
        LC_ALL="C.UTF-8",
        PYTHONHASHSEED="1",
    )
    assert here.returncode == 0, here.stderr
    before = os.umask(0o077)
    try:
        there = run(
            "--deployment",
            NAME,
            "--output",
            str(tmp_path / "there"),
            checkout=copied(tmp_path / "other" / "checkout"),
            TZ="Pacific/Kiritimati",
            LC_ALL="C",
            LANG="tr_TR.ISO-8859-9",
            PYTHONCOERCECLOCALE="0",
            PYTHONUTF8="0",
            PYTHONHASHSEED="2",
        )
    finally:
        os.umask(before)
    assert there.returncode == 0, there.stderr
    ours, theirs = bytes_of(tmp_path / "here" / NAME), bytes_of(tmp_path / "there" / NAME)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert not [name for name, text in ours.items() if str(ROOT).encode() in text]
    assert f"cd {tmp_path / 'here' / NAME}" in here.stdout


@pytest.mark.parametrize("kind", ["file", "unwritable"])
def test_output_that_is_no_folder_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    dist = tmp_path / "dist"
    if kind == "file":
        dist.write_text("mine")
    else:
        dist = Path("/proc/dist")  # nobody makes a folder there, root neither
    monkeypatch.setattr(synthesized, "synthesize", lambda folder, **_: made(folder))
    ended = CliRunner().invoke(app, ["bundle", "--deployment", NAME, "--output", str(dist)])
    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert re.fullmatch(
        rf"{dist}\S*: cannot be written \(.+\); name another folder with --output\n", ended.stderr
    )
    assert kind != "file" or dist.read_text() == "mine"


def made(folder: Path) -> str:
    """In the place of a synthesis."""
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    made_assembly(folder, topic, name=NAME)
    return ""


@pytest.mark.wide
@pytest.mark.slow
def test_deployment_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("system: open-webui\nenvironment: production\n")
    ended = run("--deployment", "bad", "--deployments", str(tmp_path), "--output", str(tmp_path / "dist"))
    assert ended.returncode == 2
    assert "bad.yaml:2: environment:" in ended.stderr
    assert not (tmp_path / "dist").exists()
