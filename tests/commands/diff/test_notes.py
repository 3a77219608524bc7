"""What is said of the two sides before what differs."""

from pathlib import Path

import pytest

from commands.diff import base
from commands.diff.base import Base
from commands.diff.notes import notes_on
from commands.diff.sides import Wanted

OWN = Wanted(folder=Path("deployments"))
THEIRS, OTHERS = Wanted(folder=Path("/ours")), Wanted(folder=Path("/before"))
NONE = "main is what is checked out: `BASE=HEAD~1` compares with the commit before."


@pytest.mark.parametrize(
    ("is_dirty", "is_head", "of_base", "asked", "said"),
    [
        (False, False, OWN, OWN, []),
        (False, True, OWN, OWN, [NONE]),
        (True, True, OWN, OWN, ["The working tree has changes that are not committed; they count."]),
        (False, True, OTHERS, THEIRS, ["The base reads the deployment files of /before."]),
        (
            False,
            False,
            THEIRS,
            THEIRS,
            [
                "Both sides read the deployment files of /ours as they are now; "
                "`BASE_DEPLOYMENTS=FOLDER` gives the base others."
            ],
        ),
    ],
)
def test_what_is_said(
    monkeypatch: pytest.MonkeyPatch,
    is_dirty: bool,
    is_head: bool,
    of_base: Wanted,
    asked: Wanted,
    said: list[str],
) -> None:
    monkeypatch.setattr(base, "is_dirty", lambda: is_dirty)
    against = Base(name="main", commit="0123456", behind=0, is_head=is_head)
    assert list(notes_on(against, of_base, asked)) == said
