"""What people see when something is lost: docs/open-webui.md, "When something is lost"."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.trial import pages
from tests.trial.conftest import People
from tests.trial.trial import Trial, until

pytestmark = [pytest.mark.trial, pytest.mark.lifecycle, pytest.mark.xdist_group("trial")]
SESSION, CHATS = "/api/v1/auths/", "/api/v1/chats/"
"""What the cache is asked for, and the database too."""
HEALTH = "/health"
"""What the target group's health check asks."""


def test_loss_of_one_task_ends_no_session(trial: Trial, browser: Browser, people: People) -> None:
    with _signed_in(trial, browser, people) as (page, token):
        before = _arns(trial)
        trial.servers()[0].kill()
        until(lambda: trial.ask(SESSION, token) == 200, what="the session on the other task", seconds=30)
        until(lambda: len(_arns(trial) - before) == 1, what="one new task")
        trial.settle()
        assert len(_arns(trial) & before) == 1
        page.reload()
        expect(page.locator("#chat-input")).to_be_visible(timeout=pages.MILLISECONDS)
        assert pages.session(page.context) == token


def test_requests_hang_while_valkey_does_and_heal_without_new_tasks(
    trial: Trial, browser: Browser, people: People
) -> None:
    with _signed_in(trial, browser, people) as (page, token):
        before = _arns(trial)
        (valkey,) = trial.processes("valkey-server")
        valkey.suspend()
        try:
            assert trial.ask(CHATS, token, seconds=5) == 0
        finally:
            valkey.resume()
        valkey.kill()
        until(lambda: trial.ask(CHATS, token) == 200, what="answers with a new Valkey")
        assert [process.pid for process in trial.processes("valkey-server")] != [valkey.pid]
        page.goto(trial.origin)
        pages.send(page, "still here?")
        expect(page.locator(".chat-assistant").last).to_contain_text("still here", timeout=pages.MILLISECONDS)
        assert _arns(trial) == before


def test_requests_hang_while_postgresql_does_and_heal_without_new_tasks(
    trial: Trial, browser: Browser, people: People
) -> None:
    with _signed_in(trial, browser, people) as (page, token):
        before = _arns(trial)
        (postgres,) = trial.processes("postgres")
        postgres.suspend()
        for child in postgres.children(recursive=True):
            child.kill()
        try:
            assert trial.ask(CHATS, token, seconds=5) == 0
            targets = trial.healthy_targets()
            health = {trial.get(HEALTH, target, {}).status for target in targets}
            assert (len(targets), health) == (2, {200}), "health checks must not ask the database"
        finally:
            postgres.resume()
            postgres.kill()
        until(lambda: trial.ask(CHATS, token) == 200, what="answers out of the database")
        assert _arns(trial) == before
        page.reload()
        expect(page.locator("#chat-input")).to_be_visible(timeout=pages.MILLISECONDS)


@contextmanager
def _signed_in(trial: Trial, browser: Browser, people: People) -> Iterator[tuple[Page, str | None]]:
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, people.user)
        yield page, pages.session(page.context)


def _arns(trial: Trial) -> set[str]:
    return {task["taskArn"] for task in trial.tasks()}
