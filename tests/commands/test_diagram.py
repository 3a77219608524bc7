"""The pictures in the documentation show the templates as they are."""

from pathlib import Path

import pytest

from commands.diagram import PICTURES, picture, with_picture


@pytest.mark.parametrize("page", PICTURES, ids=lambda page: page.name)
def test_picture_is_current(assembly: Path, page: Path) -> None:
    text = page.read_text()
    assert with_picture(text, picture(assembly, PICTURES[page])) == text, "run `make diagram`"
