"""The pictures in the documentation show the templates as they are, and each deployment has its own."""

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commands import synthesized
from commands.__main__ import app
from commands.assembly import templates
from commands.diagram import graphviz
from commands.diagram.cli import PICTURES
from commands.diagram.graphviz import NotDrawn, svg
from commands.diagram.picture import picture
from commands.nouns import counted

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "docs" / "open-webui.md")


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.name)
def test_picture_is_current(assembly: Path, file: Path) -> None:
    assert file.read_text(encoding="utf-8") == f"{picture(assembly, PICTURES[file])}\n", "run `make diagram`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_shows_the_picture(page: Path) -> None:
    shown = [file for file in PICTURES if f"]({file.relative_to(page.parent)})" in page.read_text()]
    assert shown == list(PICTURES)


@pytest.mark.parametrize("deployment", PICTURES.values())
def test_picture_names_every_nested_stack_with_what_is_in_it(assembly: Path, deployment: str) -> None:
    drawn = ElementTree.fromstring(picture(assembly, deployment))
    text = " ".join("".join(drawn.itertext()).replace("\u00a0", " ").split())
    for template in templates(assembly, deployment)[1:]:
        assert template.name.rpartition(".")[2] in text
        assert not [
            noun for noun in counted(each["Type"] for each in template.resources.values()) if noun not in text
        ]


def test_arrows_are_those_that_no_longer_way_implies(assembly: Path) -> None:
    drawn = ElementTree.fromstring(picture(assembly, "open-webui-prod"))
    assert len([each for each in drawn.iter() if each.get("class") == "edge"]) == 9


def test_picture_loads_nothing_and_runs_nothing(assembly: Path) -> None:
    drawn = picture(assembly, "open-webui-prod")
    assert not [word for word in ("<script", "<image", "url(", "@import", "<a ", "onload") if word in drawn]
    assert [line for line in drawn.split('"') if line.startswith("http")] == [
        "http://www.w3.org/2000/svg",
    ]


def test_linked_picture_leads_to_the_stacks(assembly: Path) -> None:
    drawn = ElementTree.fromstring(picture(assembly, "open-webui-prod", linked=True))
    links = {each.get(f"{{{graphviz.XLINK}}}href") for each in drawn.iter(f"{{{graphviz.SVG}}}a")}
    assert {"#stack-Network", "#stack-Monitoring.Surroundings"} < links


def test_a_graph_that_is_refused_is_no_picture() -> None:
    with pytest.raises(NotDrawn, match="syntax error"):
        svg("digraph {", label="broken")


def test_without_node_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(NotDrawn, match="run make setup"):
        svg("digraph {}", label="none")


def test_without_its_package_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "layout.mjs"
    program.write_text((graphviz.HERE / "layout.mjs").read_text())
    monkeypatch.setattr(graphviz, "HERE", tmp_path)
    with pytest.raises(NotDrawn, match="run make setup"):
        svg("digraph {}", label="none")
    assert subprocess.run([Path(sys.executable).with_name("node"), "--version"], check=False).returncode == 0


def test_the_deployment_that_is_named_is_drawn(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(outdir: Path, **_: Any) -> str:
        shutil.copytree(assembly, outdir, dirs_exist_ok=True)
        return ""

    monkeypatch.setattr(synthesized, "synthesize", copied)
    before = [file.read_bytes() for file in PICTURES]
    options = ["--deployment", "aegisai-dev", "--output", str(tmp_path / "new")]
    ended = CliRunner().invoke(app, ["diagram", *options])
    file = tmp_path / "new" / "aegisai-dev-stacks.svg"
    assert (ended.exit_code, ended.stdout) == (0, f"drawn: {file}; open it in a browser\n")
    assert file.read_text(encoding="utf-8") == f"{picture(assembly, 'aegisai-dev')}\n"
    assert [each.read_bytes() for each in PICTURES] == before


def test_a_deployment_of_manifests_alone_has_no_stacks_to_draw(tmp_path: Path) -> None:
    options = ["--deployment", "aegisai-local", "--output", str(tmp_path)]
    ended = CliRunner().invoke(app, ["diagram", *options])
    assert (ended.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert len(ended.stderr.splitlines()) == 1
