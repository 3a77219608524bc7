"""What would exist in the emulator's clusters, read from their records, and how it is told."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from commands.local.emulator.kubernetes.record import FOLDER
from commands.local.place import Place

Recorded = Mapping[str, Any]
CLUSTER_WIDE = "(cluster)"
NAMES_AT_MOST = 6


def recorded(place: Place) -> list[Recorded]:
    """The record of each cluster of this account and region, by name."""
    files = (place.state / FOLDER).glob(f"{place.account}-{place.region}-*.json")
    return [json.loads(file.read_text()) for file in sorted(files)]


def cluster_table(cluster: Recorded) -> Table:
    """A row per namespace, with what would be in it by kind; the caption says what was done and what was not."""
    objects, releases = cluster["objects"], cluster["releases"]
    table = Table(
        title=f"what would exist in cluster {cluster['cluster']}",
        caption=f"{len(objects)} objects, applied in order to a record: their fields were held against "
        f"{cluster['checked_by']}, what they name was looked up. Nothing of it runs.",
    )
    table.add_column("namespace")
    table.add_column("objects", overflow="fold")
    namespaces: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in objects:
        about = each["manifest"]["metadata"]
        namespaces[about.get("namespace", CLUSTER_WIDE)][each["manifest"]["kind"]].append(about["name"])
    for each in releases:
        namespaces[each["namespace"]]["Helm release"].append(
            f"{each['name']} {each['version'] or ''}".strip()
        )
    for namespace, kinds in sorted(namespaces.items()):
        lines = [f"[bold]{kind}[/] {escape(_shortened(names))}" for kind, names in sorted(kinds.items())]
        table.add_row(namespace, "\n".join(lines))
    for line in cluster["open_ends"]:
        table.add_row("[red]open[/]", escape(line))
    return table


def _shortened(names: Sequence[str]) -> str:
    if len(names) <= NAMES_AT_MOST:
        return ", ".join(names)
    return f"{', '.join(names[: NAMES_AT_MOST - 1])} and {len(names) - NAMES_AT_MOST + 1} more"
