"""docs/accepted-replacements.yaml: what is wrong in it is said with its line."""

from pathlib import Path

import pytest

from commands.diff.accepted import FILE, Accepted, BadAcceptedFile, load
from tests.conftest import ROOT

GOOD = """accepted:
  - deployment: chat
    address: Storage.Cluster
    reason: restored tonight
"""


def written(checkout: Path, text: str) -> Path:
    (checkout / FILE).parent.mkdir()
    (checkout / FILE).write_text(text)
    return checkout


def test_an_entry_knows_its_line(tmp_path: Path) -> None:
    (entry,) = load(written(tmp_path, GOOD))
    assert entry == Accepted(
        deployment="chat", address="Storage.Cluster", reason="restored tonight", place=""
    )
    assert entry.place == "docs/accepted-replacements.yaml:2"


def test_no_file_accepts_nothing(tmp_path: Path) -> None:
    assert load(tmp_path) == ()


def test_the_committed_file_loads() -> None:
    assert (ROOT / FILE).exists()
    load(ROOT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("    reason: restored tonight\n", ""), ":2: accepted[0].reason: is missing; say why"),
        (GOOD.replace("restored tonight", ""), ":4: accepted[0].reason: is nothing, no text; say why"),
        (GOOD.replace("restored tonight", "7"), ":4: accepted[0].reason: is 7, no text"),
        (GOOD.replace("address", "adress"), ":3: accepted[0].adress: is not known; did you mean address?"),
        (GOOD + "    until: May\n", ":5: accepted[0].until: is not known; there are deployment, address"),
        (GOOD.replace("accepted", "allowed"), ":1: allowed: is not known; the only key is accepted"),
        ("accepted: yes please\n", ":1: accepted: is 'yes please'; write a list of entries"),
        ("accepted:\n  - Storage.Cluster\n", ":2: accepted[0]: is 'Storage.Cluster'; write deployment"),
        ("- deployment: chat\n", ":1: file: holds a list of one value, not settings; write `accepted:`"),
        ("", ":1: file: is empty; write `accepted:`"),
        ("accepted: [\n", "is not YAML"),
        (GOOD + "    reason: again\n", ":5: accepted[0].reason: stands here and on line 4"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadAcceptedFile) as refused:
        load(written(tmp_path, text))
    assert f"{FILE}" in str(refused.value)
    assert said in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
