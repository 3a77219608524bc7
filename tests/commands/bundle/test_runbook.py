"""What alarms name is in the folder, and no link of its pages leads out of it."""

import re
from pathlib import Path, PurePosixPath

import pytest
from markdown_it import MarkdownIt

from commands.bundle import runbook
from commands.bundle.runbook import pages
from commands.flattened import flattened
from tests.conftest import COMMITTED

pytestmark = pytest.mark.xdist_group("bundle")  # one worker makes the folder, once
ALARMS = re.compile(r"docs/[\w-]+\.md#([\w-]+)")
HEADINGS = re.compile(r"^#+ (.+)$", re.MULTILINE)


def targets(text: str) -> list[str]:
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for child in token.children or []:
            found += [str(child.attrs[name]) for name in ("href", "src") if name in child.attrs]
    return found


@pytest.mark.parametrize("deployment", COMMITTED)
def test_every_link_of_the_pages_leads_somewhere_in_the_folder(assembly: Path, deployment: str) -> None:
    held = pages(flattened(assembly, deployment))
    assert PurePosixPath("docs", "settings.md") in held
    for place, content in held.items():
        if place.suffix == ".md":
            local = {each.partition("#")[0] for each in targets(content.decode()) if ":" not in each} - {""}
            assert {each for each in local if place.parent / each not in held} == set(), place


@pytest.mark.parametrize("deployment", COMMITTED)
def test_what_alarms_name_is_a_heading_of_a_page(assembly: Path, deployment: str) -> None:
    template = flattened(assembly, deployment)
    page = pages(template)[PurePosixPath(f"docs/{deployment.rpartition('-')[0]}.md")].decode()
    named = set(ALARMS.findall(str(template)))
    assert named
    assert named <= {each.lower().replace(" ", "-") for each in HEADINGS.findall(page)}


def test_links_that_would_lead_out_are_words_and_code_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = "```bash\necho [it](../README.md)\n```"
    (tmp_path / "chat.md").write_text(
        f"See the [README](../README.md#x), [more](more.md#y), [here](#z), ![big](big.png)\n\n{code}\n"
    )
    (tmp_path / "more.md").write_text("Back to [chat](chat.md), [gone](gone.md).\n")
    (tmp_path / "big.png").write_bytes(b"0" * (runbook.PICTURE_BYTES + 1))
    monkeypatch.setattr(runbook, "DOCS", tmp_path)
    held = {
        str(place): content.decode() for place, content in pages({"Resources": {}}, system="chat").items()
    }
    assert held.keys() == {"docs/chat.md", "docs/more.md"}
    assert (
        "See the README (`README.md` of the sources), [more](more.md#y), [here](#z), "
        f"big (`docs/big.png` of the sources)\n\n{code}\n" in held["docs/chat.md"]
    )
    assert "[chat](chat.md), gone (`docs/gone.md` of the sources)." in held["docs/more.md"]
    assert pages({"Resources": {}}, system="nothing") == {}
