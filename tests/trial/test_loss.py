"""What people see when something is lost: docs/open-webui.md, "When something is lost"."""

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.trial import pages
from tests.trial.conftest import People
from tests.trial.trial import Trial, until

pytestmark = [pytest.mark.trial, pytest.mark.xdist_group("trial")]


def test_loss_of_one_task_ends_no_session(trial: Trial, browser: Browser, people: People) -> None:
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, people.user)
        token = pages.session(page.context)
        before = {task["taskArn"] for task in trial.tasks()}
        trial.servers()[0].kill()
        until(
            lambda: trial.ask("/api/version", token) == 200, what="an answer from the other task", seconds=30
        )
        until(lambda: len({task["taskArn"] for task in trial.tasks()} - before) == 1, what="one new task")
        trial.settle()
        assert len({task["taskArn"] for task in trial.tasks()} & before) == 1
        page.reload()
        expect(page.locator("#chat-input")).to_be_visible(timeout=pages.MILLISECONDS)
        assert pages.session(page.context) == token


def test_loss_of_valkey_leaves_requests_working_and_heals_itself(
    trial: Trial, browser: Browser, people: People
) -> None:
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, people.user)
        token = pages.session(page.context)
        before = {task["taskArn"] for task in trial.tasks()}
        (valkey,) = trial.processes("valkey-server")
        valkey.suspend()
        try:
            assert trial.ask("/api/version", token) == 200
            assert trial.healthy_targets()
        finally:
            valkey.resume()
        valkey.kill()
        until(lambda: trial.processes("valkey-server"), what="a new Valkey", seconds=30)
        page.goto(trial.origin)
        expect(page.locator("#chat-input")).to_be_visible(timeout=pages.MILLISECONDS)
        pages.send(page, "still here?")
        expect(page.locator(".chat-assistant").last).to_contain_text("still here", timeout=pages.MILLISECONDS)
        assert {task["taskArn"] for task in trial.tasks()} == before


def test_loss_of_postgresql_fails_requests_and_heals_without_new_tasks(
    trial: Trial, browser: Browser, people: People
) -> None:
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, people.user)
        token = pages.session(page.context)
        before = {task["taskArn"] for task in trial.tasks()}
        (postgres,) = trial.processes("postgres")
        postgres.suspend()
        for child in postgres.children(recursive=True):
            child.kill()
        try:
            time.sleep(2)
            assert trial.ask("/api/v1/chats/", token, seconds=5) != 200
            assert len(trial.healthy_targets()) == 2, "health checks must not ask the database"
        finally:
            postgres.resume()
            postgres.kill()
        until(lambda: trial.ask("/api/v1/chats/", token) == 200, what="answers out of the database")
        assert {task["taskArn"] for task in trial.tasks()} == before
        page.reload()
        expect(page.locator("#chat-input")).to_be_visible(timeout=pages.MILLISECONDS)
