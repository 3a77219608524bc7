"""The report: one HTML page that shows a deployment to who has to approve it."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from commands.assembly import RESOURCE_LIMIT, StackTemplate, templates
from commands.diagram.graphviz import STYLE as PICTURE_STYLE
from commands.diagram.picture import picture
from commands.diff.embedded import embedded
from commands.diff.manifests import objects
from commands.flattened import flattened
from commands.manifest_files import Object, namespace
from commands.manifests.connections import connections
from commands.report.access import rules
from commands.report.alarms import alarms
from commands.report.cluster_access import cluster_access
from commands.report.connections import connections_picture
from commands.report.entrances import entrances
from commands.report.findings import findings
from commands.report.lines import anchor
from commands.report.managed_policies import managed_policies
from commands.report.parameters import outputs, parameters, refusals
from commands.report.resources import stacks
from commands.report.setting import breakable, spoken
from commands.report.statements import statements
from commands.report.words import Words, referring
from commands.report.workloads import workloads
from commands.stateful import retained
from settings.capacity.answer import Capacity
from settings.capacity.table import HEADS, rows

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
SCRIPT = (TEMPLATES / "search.js").read_text(encoding="utf-8")
SECTIONS = {
    "picture": "Nested stacks",
    "permissions": "Permissions",
    "access": "Network access",
    "alarms": "Alarms and notices",
    "retained": "What stays",
    "findings": "Acknowledged findings",
    "workloads": "Workloads",
    "connections": "Connections",
    "capacity": "Capacity",
    "parameters": "Parameters",
    "outputs": "Outputs",
    "budgets": "Budgets",
    "resources": "Resources",
}
"""Anchors on the page, in its order."""
OF_CLUSTERS = ("workloads", "connections", "capacity")
"""Sections of deployments with Kubernetes manifests and nodes."""


def page(assembly: Path, deployment: str, *, capacity: Capacity | None = None) -> str:
    """The page, whole in itself: nothing is loaded from anywhere, and the same assembly gives the same bytes.

    Args:
        assembly: Folder of the cloud assembly.
        deployment: Name of the root stack.
        capacity: Of its nodes. Left out: it has none.

    Raises:
        BadManifest: A file of the manifests is none.
        NotDrawn: Graphviz could not be run for the picture.
    """
    template = flattened(assembly, deployment)
    words = Words(template)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(words=words, anchor=anchor)
    environment.filters.update(breakable=breakable, referring=referring, spoken=spoken)
    in_cluster = _in_cluster(assembly, deployment, template)
    shown = _shown(assembly, deployment, template, words, in_cluster)
    shown["capacity"] = rows(capacity) if capacity else []
    granted = [each for statement in shown["permissions"] for each in statement.wildcards if not each.denies]
    return environment.get_template("page.html").render(
        **shown,
        deployment=deployment,
        description=template.get("Description", ""),
        resource_limit=RESOURCE_LIMIT,
        sections=[
            (id_, title, _rows(id_, shown) if id_ in shown else None)
            for id_, title in SECTIONS.items()
            if id_ not in OF_CLUSTERS or shown[id_]
        ],
        capacity_heads=HEADS,
        capacity_sentence=capacity.sentence if capacity else "",
        connections_picture=Markup(connections_picture(in_cluster, deployment))  # noqa: S704 -- Graphviz escapes
        if shown["connections"]
        else "",
        unexplained=sum(not each.why for each in granted),
        explained=sum(bool(each.why) for each in granted),
        policy=_policy(),
        style=Markup(STYLE),  # noqa: S704 -- our own file
        script=Markup(SCRIPT),  # noqa: S704 -- our own file
        picture=Markup(picture(assembly, deployment, linked=True)),  # noqa: S704 -- Graphviz escapes what it draws
    )


def _shown(
    assembly: Path, deployment: str, template: dict[str, Any], words: Words, in_cluster: list[Object]
) -> dict[str, Any]:
    """What the sections show, by their anchors where there is one for it."""
    own = templates(assembly, deployment)
    raw = dict(_raw(deployment, own))
    found = findings(assembly, deployment, template)
    return {
        "access": rules(template, words, found),
        "alarms": list(alarms(template, words)),
        "budgets": own,
        "cluster_access": list(cluster_access(template, words)),
        "connections": connections(in_cluster),
        "entrances": entrances(in_cluster),
        "findings": found,
        "managed_policies": managed_policies(template, raw, words, found),
        "outputs": outputs(template, words),
        "parameters": parameters(own[0].body),
        "permissions": statements(template, raw, words, found),
        "refusals": refusals(template),
        "resources": template["Resources"],
        "retained": list(retained(template)),
        "stacks": stacks(template, words),
        "workloads": workloads(assembly, deployment),
    }


def _rows(section: str, shown: dict[str, Any]) -> int:
    return len(shown[section]) + (len(shown["entrances"]) if section == "access" else 0)


def _in_cluster(assembly: Path, deployment: str, template: dict[str, Any]) -> list[Object]:
    """What the manifests hold and what the template applies, each object once and with its namespace."""
    applied = {key.partition(":")[2]: each for key, each in embedded(template).objects.items()}
    found = (applied | objects(assembly, deployment)).values()
    return [{**each, "metadata": {**each["metadata"], "namespace": namespace(each)}} for each in found]


def _raw(deployment: str, own: list[StackTemplate]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each resource as its own template has it, by its address in the whole."""
    for template in own:
        path = template.name.removeprefix(deployment).removeprefix(".")
        for logical_id, resource in template.resources.items():
            yield f"{path}.{logical_id}" if path else logical_id, resource


def _policy() -> str:
    """Forbids everything but our own styles and script, each by its hash."""
    styles = " ".join(_hash(each) for each in (STYLE, PICTURE_STYLE))
    return f"default-src 'none'; style-src {styles}; script-src {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
