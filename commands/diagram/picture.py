"""The picture of a deployment: its nested stacks, what is in each, and which builds on which."""

import json
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path

from commands.assembly import NESTED, StackTemplate, construct, templates
from commands.diagram.graphviz import svg
from commands.diff.embedded import embedded
from commands.manifest_files import Object
from commands.nouns import counted
from commands.report.entrances import entrances

LINE_LETTERS = 34
UNBROKEN = "\u00a0"
GRAPH = """
  compound=true rankdir=BT ranksep=1 nodesep=0.4 pad=0.15
  fontname="Helvetica" fontsize=17 labelloc=b labeljust=l
  node [shape=plain fontname="Helvetica" fontsize=15]
  edge [arrowsize=0.8]
"""
"""Letters are laid out an eighth larger than picture.css draws them: the reader's font may be wider than Helvetica."""


def picture(assembly: Path, deployment: str, *, linked: bool = False) -> str:
    """An SVG with a box per nested stack and an arrow to each one that it builds on.

    Args:
        assembly: Folder of the cloud assembly.
        deployment: Name of the root stack.
        linked: Whether each box leads to `#stack-<its path>` on the page around the picture.

    Raises:
        NotDrawn: Graphviz could not be run.
    """
    stacks = {each.name.removeprefix(f"{deployment}."): each for each in templates(assembly, deployment)}
    root = stacks.pop(deployment)
    objects = {path: list(embedded(each.body).objects.values()) for path, each in stacks.items()}
    rows = {path: _table(each, _entrances(path, objects)) for path, each in stacks.items()}
    boxes = [line for path in stacks if "." not in path for line in _box(path, rows, linked=linked)]
    arrows = [
        f'"{stack}" -> "{need}" [ltail="cluster_{stack}" lhead="cluster_{need}"]'
        for stack, need in _edges(root)
    ]
    dot = "\n".join(["digraph {", GRAPH, *boxes, *arrows, "}"])
    return svg(dot, label=f"Nested stacks of {deployment}, what each holds and which it builds on")


def _box(path: str, rows: dict[str, str], *, linked: bool) -> Iterator[str]:
    link = f' URL="#stack-{path}"' if linked else ""
    kind = "inner" if "." in path else "outer"
    yield f'subgraph "cluster_{path}" {{ style=rounded margin=10 class={kind} label=<<b>{_last(path)}</b>>{link}'
    yield f'"{path}" [label=<{rows[path]}>]'
    for inner in rows:
        if inner.rpartition(".")[0] == path:
            yield from _box(inner, rows, linked=linked)
            yield f'"{inner}" -> "{path}" [style=invis]'
    yield "}"


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _entrances(path: str, objects: dict[str, list[Object]]) -> list[str]:
    """Load balancers that the cluster makes of what the stack applies; what they follow is in other stacks, too."""
    around = [each for those in objects.values() for each in those]
    return [each.noun for each in entrances(objects[path], around)]


def _table(template: StackTemplate, made: list[str]) -> str:
    nouns = (
        " · ".join([*counted(each["Type"] for each in template.resources.values()), *made])
        .replace(" ", UNBROKEN)
        .replace(f"·{UNBROKEN}", "· ")
    )
    lines = textwrap.wrap(nouns, LINE_LETTERS, break_on_hyphens=False)
    rows = "".join(
        f'<tr><td align="left">{escape(line.removesuffix(f"{UNBROKEN}·"))}</td></tr>'
        for line in lines or [" "]
    )
    return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{rows}</table>'


def _edges(root: StackTemplate) -> list[tuple[str, str]]:
    """Edges that no longer path implies, so that the picture stays readable."""
    nested = {key: json.dumps(value) for key, value in root.resources.items() if value["Type"] == NESTED}
    needs = {
        key: {other for other in nested if other != key and f'"{other}"' in text}
        for key, text in nested.items()
    }

    def reach(key: str) -> set[str]:
        return set().union(*({need} | reach(need) for need in needs[key]))

    return [
        (construct(key), construct(need))
        for key in needs
        for need in sorted(needs[key])
        if not any(need in reach(other) for other in needs[key] - {need})
    ]
