"""`make try`: what comes before the deployment, and after it, so that a person can use the application."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rich.markup import escape

from commands.local import server
from commands.local.place import Place
from commands.local.steps import CONSOLE, LocalError, step
from commands.local.trial import deployment_file, open_webui, programs, report, users
from commands.local.trial.deployed import Deployed
from commands.local.trial.models import Models, models, silent
from commands.local.trial.waiting import explained, wait_for_page
from settings.tasks import MOST_TASKS

ANY_MODELS = Models(
    openai_urls=("http://localhost/v1",),
    openai_keys=("",),
    ollama_urls=(),
    embedding_url="http://localhost/v1",
    embedding_key="",
    named=False,
)
"""Stand for those that are known when the emulator runs, so that a refusal comes before anything is installed."""

LAST_PORT = 65535
MODEL_KEYS = "model-keys"
"""Role of the secret that people put the keys of model back ends into."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the user asks of a trial. `tasks`: left out, as many as the deployment file says."""

    name: str
    folder: Path
    tasks: int | None = None
    openai_url: str | None = None
    openai_key: str | None = None
    ollama_url: str | None = None
    new_passwords: bool = False


def check(place: Place, wishes: Wishes) -> str:
    """Refuse what cannot be tried; the version of Open WebUI that will run."""
    wanted = version(wishes.folder, wishes.name)
    folder = place.state / "trial"
    deployment_file.write(wishes.folder, wishes.name, into=folder, models=ANY_MODELS, tasks=wishes.tasks)
    programs.check_addresses()
    return wanted


def version(folder: Path, name: str) -> str:
    """The version that the deployment of a file runs; raises `LocalError` where this machine cannot run it."""
    settings = deployment_file.load(folder, name)
    wanted = open_webui.version_of(settings.application.image_tag)
    open_webui.environment(wanted)
    open_webui.check_machine(wanted)
    return wanted


def install(wanted: str) -> None:
    """Install a version of Open WebUI where it is not; says before it begins what that brings."""
    if open_webui.environment(wanted).is_current:
        return
    CONSOLE.print(f"  {open_webui.announcement(wanted)}")
    with step(f"installing Open WebUI {wanted} into {open_webui.FOLDER.name}") as tell:
        open_webui.install(wanted, tell=tell)


def run(
    place: Place, wishes: Wishes, running: server.Server, *, wanted: str, deploy: Callable[[Path], None]
) -> None:
    """Deploy with `deploy`, which gets the folder of the file, and wait until a person can sign in.

    Raises `LocalError` with what the task said last if the page does not come.
    """
    chosen = models(
        place,
        openai_url=wishes.openai_url,
        openai_key=wishes.openai_key,
        ollama_url=wishes.ollama_url,
    )
    tried = deployment_file.write(
        wishes.folder, wishes.name, into=place.state / "trial", models=chosen, tasks=wishes.tasks
    )
    deployed = Deployed(place=place, name=wishes.name, url=running.url)
    service = deployed.service()
    stale = _gives_other_keys(deployed, chosen) or not programs.is_on(place)
    registry = tried.settings.application.registry
    programs.switch_on(place, open_webui.images([wanted], registry=registry))
    CONSOLE.print(report.changes(tried.changes))
    for reason in silent(chosen):
        CONSOLE.print(f"  [yellow]warning[/]: {escape(reason)}")
    with explained(place):
        with _filled(place, tried.settings.secret_name(MODEL_KEYS), chosen.secret):
            deploy(tried.folder)
        if stale and service and service.deployment["id"] == deployed.serving().deployment["id"]:
            # Its tasks only counted as running, or started with other keys.
            deployed.restart(service)
        origin = wait_for_page(deployed)
    sign_in = tried.settings.sign_in
    if sign_in.method == "password" and sign_in.admin_email is not None:
        people = [users.administrator(deployed, sign_in.admin_email)]
    else:
        people = users.make(deployed, new_passwords=wishes.new_passwords)
    closing = report.closing(
        place,
        origin=origin,
        people=people,
        models=chosen,
        second_factor=users.demands_second_factor(deployed),
        cached=tried.settings.cached,
    )
    CONSOLE.print(closing, soft_wrap=True)


def leave(place: Place) -> None:
    """Before `make local`: end an embedded AWS whose tasks run, because there they count as running."""
    if not programs.is_on(place):
        return
    if server.running(place):
        CONSOLE.print("  make try ran the application here: the embedded AWS begins anew, and empty")
        server.stop(place)
    programs.switch_off(place)


@contextmanager
def _filled(place: Place, secret: str, fields: dict[str, str]) -> Iterator[None]:
    """Let the emulator fill the secret while it is made; keys lie on the disk no longer than that."""
    file = place.filled_secrets
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump({secret: fields}, stream)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _gives_other_keys(deployed: Deployed, chosen: Models) -> bool:
    """Put the keys into the secret of a deployment that is there already; says whether it had others."""
    secret = deployed.output("ModelKeysSecret")
    if secret is None:
        return False
    api = deployed.client("secretsmanager")
    if json.loads(api.get_secret_value(SecretId=secret)["SecretString"]) == chosen.secret:
        return False
    api.put_secret_value(SecretId=secret, SecretString=json.dumps(chosen.secret))
    return True


def port_number(text: str) -> int | None:
    """PORT as the user wrote it, None where it is empty; raises `LocalError` for what is no port."""
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise LocalError(f"PORT is {text!r}; write a number from 1 to {LAST_PORT}, or leave it out", code=2)
    return int(text)


def address(name: str, text: str, *, example: str) -> str | None:
    """The address of models that a variable names, None where it is empty; raises `LocalError` for what is none."""
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise LocalError(f"{name} is {text!r}, which is no address; write one like {example}", code=2)
    return text


def number(text: str) -> int | None:
    """TASKS as the user wrote it, None where it is empty; raises `LocalError` for what is no number."""
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise LocalError(f"TASKS is {text!r}; write a whole number such as TASKS=2", code=2)
    if int(text) > MOST_TASKS:
        raise LocalError(f"TASKS is {text}, and a deployment runs at most {MOST_TASKS}; write fewer", code=2)
    return int(text)
