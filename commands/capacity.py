"""Whether the pods of a deployment fit on its nodes."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.console import console
from settings.capacity.answer import Capacity
from settings.capacity.table import HEADS, rows
from settings.capacity.words import cores, gib, listed
from settings.capacity.workloads import Moment
from settings.load import BadDeploymentFile, deployment_files, load_deployment

DEPLOYMENTS = Path("deployments")


def capacity(
    deployment: Annotated[str | None, typer.Argument(help="Name of the deployment. Left out: all.")] = None,
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False,
) -> None:
    """Print where the pods of a deployment find their place: at minimum, in a rollout, at HPA maximum."""
    try:
        found = [
            load_deployment(path).deployment
            for path in deployment_files(deployments, only=deployment or None)
        ]
    except BadDeploymentFile as error:
        print(error, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
        raise typer.Exit(2) from None
    answers = {one.name: one.capacity() for one in found}
    if as_json:
        data = {name: answer.as_data() for name, answer in answers.items() if answer is not None}
        print(json.dumps(data, indent=2))  # noqa: T201 -- read by programs
        return
    for name, answer in answers.items():
        if answer is None:
            console().print(f"{name}: has no nodes of its own")
            continue
        console().print(moments(name, answer))
        console().print(nodes(answer))
        console().print(f"{name}: {answer.sentence}\n", soft_wrap=True, highlight=False)


def moments(name: str, answer: Capacity) -> Table:
    """A row per moment."""
    table = Table(title=name, title_justify="left")
    for heading in HEADS:
        text = heading in (HEADS[0], HEADS[-1])
        table.add_column(
            heading, justify="left" if text else "right", overflow="fold" if text else "ellipsis"
        )
    for row in rows(answer):
        table.add_row(*row)
    return table


def nodes(answer: Capacity) -> Table:
    """A row per node at minimum, with what daemon sets take and what kubelet leaves."""
    table = Table(title=f"nodes {Moment.minimum}", title_justify="left")
    table.add_column("group")
    table.add_column("zone")
    for heading in ("CPU", "of", "memory, GiB", "of", "pods", "of", "volumes", "of"):
        table.add_column(heading, justify="right")
    table.add_column("pods", overflow="fold")
    for node in answer.at(Moment.minimum).nodes:
        table.add_row(
            node.kind.name,
            node.zone,
            cores(node.cpu),
            cores(node.kind.cpu),
            gib(node.memory),
            gib(node.kind.memory),
            str(node.pods),
            str(node.kind.pods),
            str(node.volumes),
            str(node.kind.volumes),
            listed(dict(node.held)),
        )
    return table
