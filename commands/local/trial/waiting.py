"""Waits until the page answers, and says why it does not."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commands.local.place import Place
from commands.local.steps import CONSOLE, LocalError, step
from commands.local.trial import page
from commands.local.trial.deployed import Deployed, Service

SECONDS = 300
"""Migration of an empty database and start, with the machine busy."""
BETWEEN = 0.5
LAST_LINES = 15


def wait_for_page(deployed: Deployed, *, seconds: float = SECONDS) -> str:
    """Return the origin once it answers 200 and every task takes requests.

    Raises `LocalError` when the service gives up, or after `seconds`.
    """
    origin = deployed.output("Url")
    if origin is None:
        raise LocalError(f"{deployed.name} has no output Url; it cannot be opened")
    deadline = time.monotonic() + seconds
    with step("starting the application") as tell:
        while True:
            service = deployed.serving()
            healthy = deployed.healthy(service)
            answered = page.status(deployed.place, origin) if healthy else None
            tell(_progress(service, healthy))
            if answered == 200 and min(healthy, service.running) >= service.wanted:
                return origin
            reason = f"ECS gave up: {service.last_event}" if service.failed else None
            if reason is None and time.monotonic() > deadline:
                reason = f"{origin} does not answer after {seconds:.0f} s: {service.last_event}"
            if reason:
                raise LocalError(reason)
            time.sleep(BETWEEN)


@contextmanager
def explained(place: Place) -> Iterator[None]:
    """Where the block fails, print what the last task said, and say where all of it stands."""
    try:
        yield
    except LocalError as error:
        lines = list(last_words(place.tasks))
        for line in lines:
            CONSOLE.print(line, soft_wrap=True, markup=False)
        if not lines:
            raise
        raise LocalError(f"{error}; the tasks' logs are in {place.tasks}", code=error.code) from None


def last_words(tasks: Path) -> Iterator[str]:
    """The last lines of the containers of the task that wrote last, the name of each before them."""
    logs = sorted(tasks.glob("*/*.log"), key=lambda log: log.stat().st_mtime)
    for log in (each for each in logs if each.parent == logs[-1].parent):
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        yield from (f"    {log.stem} │ {line}" for line in lines)


def _progress(service: Service, healthy: int) -> str:
    return f"{service.running} of {service.wanted} tasks run, {healthy} take requests; {service.last_event}"
