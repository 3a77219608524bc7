"""Who is administrator: groups of the pool decide, at each sign-in."""

import pytest
from playwright.sync_api import Browser, expect

from tests.trial import pages
from tests.trial.conftest import People, Picture
from tests.trial.trial import Person, Trial

pytestmark = [pytest.mark.trial, pytest.mark.xdist_group("trial")]


def test_nobody_becomes_administrator_by_being_first(people: People) -> None:
    assert people.first_role == "user"


def test_a_member_of_admins_is_administrator(
    trial: Trial, browser: Browser, people: People, picture: Picture
) -> None:
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, people.admin)
        assert trial.role(pages.session(page.context)) == "admin"
        page.goto(f"{trial.origin}/admin/users/overview")
        expect(page.get_by_text(people.admin.email)).to_be_visible(timeout=pages.MILLISECONDS)
        picture(page, "administration")


def test_a_member_of_users_is_a_user(trial: Trial, browser: Browser, people: People) -> None:
    assert _role(trial, browser, people.user) == "user"


def test_who_is_in_no_group_is_refused(trial: Trial, browser: Browser) -> None:
    stranger = trial.invite("stranger")
    with pages.new_page(browser) as page:
        pages.to_sign_in(page, trial)
        pages.enter(page, stranger)
        page.wait_for_url(f"{trial.origin}/**", timeout=pages.MILLISECONDS)
        page.wait_for_timeout(1_000)
        token = pages.session(page.context)
        assert token is None, trial.role(token)
        expect(page.locator("#chat-input")).not_to_be_visible()


def test_who_moves_from_admins_to_users_is_demoted_at_the_next_sign_in(
    trial: Trial, browser: Browser
) -> None:
    person = trial.invite("mover", "Admins")
    assert _role(trial, browser, person) == "admin"
    trial.leave(person, "Admins")
    trial.join(person, "Users")
    assert _role(trial, browser, person) == "user"


def _role(trial: Trial, browser: Browser, person: Person) -> str:
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, person)
        return trial.role(pages.session(page.context))
