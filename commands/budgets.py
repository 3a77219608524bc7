"""The sizes of the synthesized templates against what CloudFormation takes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.assembly import RESOURCE_LIMIT, ROOT, deployments, templates
from commands.console import console, ended
from settings.problems import nearest, shown

Only = Annotated[str | None, typer.Option("--deployment", help="Left out: every deployment in cdk.out.")]


def budgets(deployment: Only = None) -> None:
    """Print where the templates are and how much of its budget each takes; exit 1 if one is over."""
    assembly = ROOT / "cdk.out"
    over = False
    for name in _asked(assembly, deployment):
        table = Table(title=name, title_justify="left")
        table.add_column("template", overflow="fold")
        for heading in ("bytes", "of", "resources", "of"):
            table.add_column(heading, justify="right")
        for template in templates(assembly, name):
            style = None if template.within_budget else "bold red"
            over = over or not template.within_budget
            table.add_row(
                str(template.file.relative_to(ROOT)),
                f"{template.bytes:,}",
                f"{template.byte_limit:,}",
                str(len(template.resources)),
                str(RESOURCE_LIMIT),
                style=style,
            )
        console().print(table)
    if over:
        raise typer.Exit(1)


def _asked(assembly: Path, deployment: str | None) -> list[str]:
    """Names of the deployments whose templates are asked for; ends the command where there is none."""
    try:
        there = deployments(assembly)
    except FileNotFoundError:
        there = []
    if deployment is None and there:
        return there
    if deployment in there:
        return [deployment]
    if deployment is None or not there:
        raise ended(f"{assembly.name}: holds no templates; write them with make synth", code=2)
    meant = nearest(deployment, there)
    remedy = f"did you mean {meant}? There are" if meant else "there are those of"
    said = f"holds no templates of {shown(deployment)}; {remedy} {', '.join(there)}, make synth writes more"
    raise ended(f"{assembly.name}: {said}", code=2)
