"""The pictures in the documentation, drawn from the templates."""

import tempfile
from pathlib import Path

from rich.console import Console

from commands.assembly import ROOT
from commands.diagram.graphviz import NotDrawn
from commands.diagram.picture import picture
from commands.synthesis import synthesize
from commands.synthesized import refusals

PICTURES = {ROOT / "docs" / "pictures" / "open-webui-stacks.svg": "open-webui-prod"}
"""Files that pages show, and the deployment that each draws."""


def diagram() -> None:
    """Draw the pictures in docs/ anew."""
    with refusals(NotDrawn), tempfile.TemporaryDirectory() as assembly:
        synthesize(Path(assembly), context={}, rules=False)
        for file, deployment in PICTURES.items():
            file.write_text(f"{picture(Path(assembly), deployment)}\n", encoding="utf-8")
            Console().print(f"drawn: {file.relative_to(ROOT)}")
