"""What stands between marks in `docs/aegisai.md`, made anew from the example deployments."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from commands.manifests import tables
from commands.manifests.pictures import picture
from settings.aegisai import AegisAIDeployment
from settings.load import BadDeploymentFile, load_deployment
from systems.manifests import manifests

ROOT = Path(__file__).parent.parent.parent
PAGE = Path("docs/aegisai.md")
EXAMPLES = ("aegisai-local", "aegisai-dev", "aegisai-prod")
PLAIN = EXAMPLES[0]
"""Has every service and store in the cluster, and nothing beside them."""


def pages(
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = Path("deployments"),
    page: Annotated[Path, typer.Option(help="The page to write.")] = ROOT / PAGE,
) -> None:
    """Make the picture and the tables of docs/aegisai.md anew."""
    try:
        examples = examples_in(deployments)
    except BadDeploymentFile as error:
        print(error, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
        raise typer.Exit(2) from None
    page.write_text(with_sections(page.read_text(), sections(examples)))
    typer.echo(f"wrote {page}")


def examples_in(folder: Path) -> dict[str, AegisAIDeployment]:
    """The settings of the example files by name; raises `BadDeploymentFile`."""
    loaded = {name: load_deployment(folder / f"{name}.yaml").deployment for name in EXAMPLES}
    return {name: one for name, one in loaded.items() if isinstance(one, AegisAIDeployment)}


def sections(examples: Mapping[str, AegisAIDeployment]) -> dict[str, str]:
    """Picture and tables by the name of their mark."""
    made = {name: manifests(settings) for name, settings in examples.items()}  # type: ignore[arg-type]
    return {
        "picture": picture(made[PLAIN]),
        "services": tables.services(examples[PLAIN], made[PLAIN]),
        "volumes": tables.volumes(made),
        "objects": tables.objects(made),
        "connections": tables.connections(examples),
        "secrets": tables.secrets(examples, made),
        "images": tables.images(examples, made),
        "capacity": tables.capacity(examples),
    }


def with_sections(text: str, made: Mapping[str, str]) -> str:
    """The page with each section between its two marks; raises `ValueError` where one is missing."""
    for name, section in made.items():
        start, end = f"<!-- {name}: make pages -->", f"<!-- end of {name} -->"
        before, after_start = text.split(start)
        _, after = after_start.split(end)
        text = f"{before}{start}\n{section}\n{end}{after}"
    return text
