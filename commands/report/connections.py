"""The picture of a cluster: its workloads, and who may connect to whom among them."""

from collections.abc import Sequence

from commands.diagram.graphviz import svg
from commands.manifest_files import Object
from commands.manifests.graph import Graph, graph

GRAPH = """
  rankdir=LR ranksep=1.2 nodesep=0.25 pad=0.15
  node [shape=box style=rounded margin="0.15,0.08" fontname="Helvetica" fontsize=15]
  edge [arrowsize=0.8 fontname="Helvetica" fontsize=15]
"""
SHAPES = {"StatefulSet": "shape=cylinder style=solid", "CronJob": "style=dashed"}


def connections_picture(objects: Sequence[Object], deployment: str) -> str:
    """An SVG with a box per workload, and an arrow to each one that it may connect to, with the ports.

    Raises:
        NotDrawn: Graphviz could not be run.
    """
    return svg(_dot(graph(objects)), label=f"Workloads of {deployment} and who may connect to whom")


def _dot(made: Graph) -> str:
    ports: dict[tuple[str, str], list[str]] = {}
    for source, target, port in made.arrows:
        ports.setdefault((source, target), []).append(port)
    outside = {name for ends in ports for name in ends} - {box.name for box in made.boxes}
    lines = [f'"{name}" [shape=ellipse style=solid]' for name in sorted(outside)]
    for box in made.boxes:
        pods = rf"\n{box.pods} pods" if box.pods else ""
        lines.append(f'"{box.name}" [label="{box.name}{pods}" {SHAPES.get(box.kind, "")}]')
    lines += [
        f'"{source}" -> "{target}" [label="{", ".join(each)}"]' for (source, target), each in ports.items()
    ]
    for claim, users in made.shared.items():
        lines.append(f'"{claim}" [shape=cylinder style=solid]')
        lines += [f'"{user}" -> "{claim}" [dir=none style=dashed]' for user in users]
    return "\n".join(["digraph {", GRAPH, *lines, "}"])
