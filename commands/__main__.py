"""`python -m commands …`: what a user runs beside `cdk`."""

import typer

from commands import budgets, diagram, rows, schema, settings
from commands.local import cli as local

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What Pergola offers beside the CDK CLI.")
app.command()(settings.settings)
app.command()(schema.schema)
app.command()(budgets.budgets)
app.command()(rows.rows)
app.command()(diagram.diagram)
app.add_typer(local.app, name="local", help="The embedded AWS on loopback.")

if __name__ == "__main__":
    app()
