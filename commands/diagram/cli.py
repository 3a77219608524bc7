"""The pictures in the documentation, drawn from the templates."""

import tempfile
from pathlib import Path

from rich.console import Console

from commands.assembly import ROOT
from commands.console import ended
from commands.diagram.graphviz import NotDrawn
from commands.diagram.picture import picture
from commands.synthesis import SynthesisFailed, synthesize

PICTURES = {ROOT / "docs" / "pictures" / "open-webui-stacks.svg": "open-webui-prod"}
"""Files that pages show, and the deployment that each draws."""


def diagram() -> None:
    """Draw the pictures in docs/ anew."""
    with tempfile.TemporaryDirectory() as assembly:
        try:
            synthesize(Path(assembly), context={}, rules=False)
            for file, deployment in PICTURES.items():
                file.write_text(f"{picture(Path(assembly), deployment)}\n", encoding="utf-8")
                Console().print(f"drawn: {file.relative_to(ROOT)}")
        except SynthesisFailed as error:
            raise ended(error, code=error.exit_code) from None
        except NotDrawn as error:
            raise ended(error, code=1) from None
