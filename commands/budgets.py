"""The sizes of the synthesized templates against what CloudFormation takes."""

from typing import Annotated

import typer
from rich.table import Table

from commands.assembly import RESOURCE_LIMIT, ROOT, deployments, templates
from commands.console import console

Only = Annotated[str | None, typer.Option("--deployment", help="Left out: every deployment in cdk.out.")]


def budgets(deployment: Only = None) -> None:
    """Print where the templates are and how much of its budget each takes; exit 1 if one is over."""
    assembly = ROOT / "cdk.out"
    over = False
    for name in [deployment] if deployment else deployments(assembly):
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
