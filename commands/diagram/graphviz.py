"""Graphviz lays a graph out; what comes back is made fit for a page: no identifiers, no fixed colours."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).parent
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
STYLE = (HERE / "picture.css").read_text(encoding="utf-8")


class NotDrawn(Exception):
    """Graphviz could not be run, or refused the graph."""


def svg(dot: str, *, label: str) -> str:
    """The picture as an `svg` element that brings its own colours, for light and for dark.

    Args:
        dot: The graph, in the DOT language.
        label: What the picture shows, for who does not see it.

    Raises:
        NotDrawn: Node or its package is not installed, or the graph is refused.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    picture = ElementTree.fromstring(_laid_out(dot))  # noqa: S314 -- what our own Graphviz wrote
    for element in picture.iter():
        element.attrib.pop("id", None)
        for child in [each for each in element if each.tag == f"{{{SVG}}}title"]:
            element.remove(child)
    for side in ("width", "height"):
        picture.set(side, picture.get(side, "").removesuffix("pt"))
    picture.set("class", "picture")
    picture.set("role", "group" if picture.find(f".//{{{SVG}}}a") is not None else "img")
    picture.set("aria-label", label)
    style = ElementTree.Element(f"{{{SVG}}}style")
    style.text = STYLE
    picture.insert(0, style)
    return ElementTree.tostring(picture, encoding="unicode")


def _laid_out(dot: str) -> str:
    node = Path(sys.executable).with_name("node")
    try:
        run = subprocess.run(  # noqa: S603 -- our own Node, our own program
            [node, HERE / "layout.mjs"], input=dot, capture_output=True, encoding="utf-8"
        )
    except FileNotFoundError:
        raise NotDrawn(f"the picture needs Node, which is not at {node}; run make setup") from None
    if run.returncode:
        raise NotDrawn(
            f"Graphviz did not draw the picture; run make setup, then again:\n{run.stderr.strip()}"
        )
    return run.stdout
