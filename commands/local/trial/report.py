"""What `make try` prints: what it sets, what it replaced, who may sign in, and what of it is real."""

import json
from typing import Any
from urllib.parse import urlsplit

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from commands.local.place import Place
from commands.local.trial.models import OLLAMA_URL, OPENAI_KEY, OPENAI_URL, Models
from commands.local.trial.users import Person

TOLD_BEFORE = "told when it was made; NEW_PASSWORDS=1 makes another"
LOCALHOST = ".localhost"


def changes(lines: tuple[str, ...]) -> str:
    """The settings that are not as the user's file has them."""
    if not lines:
        return "  the deployment file is tried as it stands"
    return "\n".join(["  the deployment file is tried with", *(f"    {escape(line)}" for line in lines)])


def closing(
    place: Place, *, origin: str, people: list[Person], models: Models, second_factor: bool, cached: bool
) -> RenderableType:
    """All that a person needs to use the application, and to judge what is seen."""
    parts: list[RenderableType] = [*runner_tables(status(place)), real(cached=cached), models_line(models)]
    if second_factor:
        parts.append(
            "the pool demands a second factor as deployed; the emulated sign-in page does not ask for one"
        )
    parts += reaching(place, origin)
    if people:
        parts.append(people_table(people))
    parts.append(f"[bold]{origin}[/]")
    return Group(*parts)


def status(place: Place) -> dict[str, Any]:
    """What the runner of tasks wrote of itself; empty before it has."""
    try:
        written: dict[str, Any] = json.loads((place.tasks / "status.json").read_text())
    except (OSError, ValueError):
        return {}
    return written


def runner_tables(written: dict[str, Any]) -> list[RenderableType]:
    """The addresses that were replaced, and the containers that no program stands for."""
    parts: list[RenderableType] = []
    if replaced := written.get("substitutions"):
        table = Table(title="addresses that were replaced in the containers; nothing else was")
        for column in ("container", "variable", "deployed", "here"):
            table.add_column(column, overflow="fold")
        for each in dict.fromkeys(
            (each["container"], each["variable"], each["was"], each["is"]) for each in replaced
        ):
            table.add_row(*map(escape, each))
        parts.append(table)
    for each in written.get("not_run", []):
        parts.append(f"the container {escape(each['container'])} does not run: {escape(each['why'])}")
    parts += [escape(remark) for remark in written.get("remarks", [])]
    return parts


def people_table(people: list[Person]) -> Table:
    """Who may sign in."""
    table = Table(title="people who may sign in")
    for column in ("e-mail", "password", "group"):
        table.add_column(column, overflow="fold")
    for each in people:
        told = f"[dim]{TOLD_BEFORE}[/]" if each.password is None else escape(each.password)
        table.add_row(each.email, told, each.group)
    return table


def models_line(models: Models) -> str:
    """Who answers."""
    if models.named:
        return (
            f"models: {', '.join((*models.openai_urls, *models.ollama_urls))}; "
            "documents are found by their words alone, with the echo's vectors"
        )
    return (
        "models: [bold]echo[/], which answers with your own words; for real ones: "
        f"make try {OPENAI_URL}=https://… {OPENAI_KEY}=…, or make try {OLLAMA_URL}=http://localhost:11434"
    )


def real(*, cached: bool) -> str:
    """The sentence that keeps a person from taking the trial for the deployment. `cached`: whether it has a cache."""
    cache = "Valkey, " if cached else ""
    return (
        "[bold]Real[/]: Open WebUI with the containers' configuration as deployed, its migration, PostgreSQL with "
        f"pgvector, {cache}TLS, the templates and our Lambda handlers. [bold]Emulated[/]: AWS's services, with "
        "Cognito's pages, CloudFront and the load balancer among them; processes stand for containers; there is "
        "no network, no firewall, no decision of IAM, and nothing of a machine's size or speed."
    )


def reaching(place: Place, origin: str) -> list[str]:
    """What the browser will say, and how it finds a name that is not this machine's."""
    host = urlsplit(origin).hostname or ""
    lines = []
    if origin.startswith("https:"):
        lines.append(
            "the browser warns once, because the certificate is of an authority of this checkout's own: "
            f"{place.authority}"
        )
    if not host.endswith(LOCALHOST):
        ports = json.loads(place.edge.read_text())
        port, here = (443, ports["https"]) if origin.startswith("https:") else (80, ports["http"])
        lines.append(
            f"{host} is somebody's name on the internet; a browser that takes it for this machine:\n"
            f"chromium --user-data-dir={place.state / 'chromium'} "
            f'--host-resolver-rules="MAP {host}:{port} 127.0.0.1:{here}" {origin}'
        )
    return [escape(line) for line in lines]
