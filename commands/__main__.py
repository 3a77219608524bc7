"""`python -m commands …`: what a user runs beside `cdk`."""

import typer

from commands import budgets, capacity, diagram, rows, schema, settings
from commands.local import cli as local
from commands.manifests import cli as manifests
from commands.manifests import pages

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What Pergola offers beside the CDK CLI.")
app.command()(settings.settings)
app.command()(schema.schema)
app.command()(budgets.budgets)
app.command()(capacity.capacity)
app.command()(rows.rows)
app.command()(diagram.diagram)
app.command()(manifests.manifests)
app.command()(pages.pages)
app.add_typer(local.app, name="local", help="The embedded AWS on loopback.")

if __name__ == "__main__":
    app()
