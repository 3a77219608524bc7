"""One `make try` for all tests of this folder, with a headless Chromium before it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from commands.local import server
from commands.local.place import ROOT, Place
from commands.local.trial.open_webui import environment, version_of
from settings.versions import OPEN_WEBUI
from tests.trial import pages
from tests.trial.chromium import ARGUMENTS, MISSING, chromium
from tests.trial.trial import Person, Trial

NAME = "open-webui-trial"
PICTURES = "PICTURES"
"""Environment variable: the folder that pictures for the README go to."""
Picture = Callable[[Page, str], None]


@dataclass(frozen=True, kw_only=True)
class People:
    """Who uses the trial, and what was seen before anybody else did anything."""

    admin: Person
    user: Person
    first_role: str
    """Role of the very first who signed in, a member of Users."""
    first_preparations: list[list[str]]
    """What the containers that migrate wrote when the deployment began."""

    @property
    def with_wrong_password(self) -> Person:
        return replace(self.user, password=self.user.password + "x")


@pytest.fixture(scope="session")
def trial() -> Iterator[Trial]:
    """The deployment of `tests/trial/deployments` with two tasks that run, in a folder of its own."""
    if not environment(version_of(OPEN_WEBUI)).is_current:
        pytest.skip("Open WebUI is not installed; make test-try installs it (0.8 GB)")
    if chromium() is None:
        pytest.skip(MISSING)
    place = Place(state=ROOT / ".local" / "tests" / f"trial-{os.getpid()}")
    shutil.rmtree(place.state, ignore_errors=True)
    try:
        yield Trial.begin(place, NAME)
    finally:
        server.stop(place)
        shutil.rmtree(place.state, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine, which takes the trial's certificate as a person does after the warning."""
    program = chromium()
    if program is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=ARGUMENTS)


@pytest.fixture(scope="session")
def people(trial: Trial, browser: Browser) -> People:
    """An administrator and a user; the user is the first person who ever signs in."""
    preparations = list(trial.log("prepare").values())
    user, admin = trial.invite("ada", "Users"), trial.invite("grace", "Admins")
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, user)
        role = trial.role(pages.session(page.context))
    return People(admin=admin, user=user, first_role=role, first_preparations=preparations)


@pytest.fixture
def picture() -> Picture:
    """Takes a picture of the page when a folder for it is named."""
    folder = os.environ.get(PICTURES)

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"open-webui-{name}.png")

    return take
