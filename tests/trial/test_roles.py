"""Who is administrator: groups of the pool decide, at each sign-in."""

import json
import re
from urllib.parse import unquote_plus, urlsplit

import pytest
from playwright.sync_api import Browser, Response, expect

from applications.open_webui_logs import FAILURES
from tests.trial import pages
from tests.trial.conftest import People, Picture
from tests.trial.trial import Person, Trial

pytestmark = [pytest.mark.trial, pytest.mark.lifecycle, pytest.mark.xdist_group("trial")]


def test_nobody_becomes_administrator_by_being_first(people: People) -> None:
    assert people.first_role == "user"


@pytest.mark.row("F4")
def test_a_member_of_admins_is_administrator(
    trial: Trial, browser: Browser, people: People, picture: Picture
) -> None:
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, people.admin)
        assert trial.role(pages.session(page.context)) == "admin"
        page.goto(f"{trial.origin}/admin/users/overview")
        row = page.get_by_role("row").filter(has_text=people.user.email)
        expect(row).to_be_visible(timeout=pages.MILLISECONDS)
        picture(page, "administration")


def test_a_member_of_users_is_a_user(trial: Trial, browser: Browser, people: People) -> None:
    assert _role(trial, browser, people.user) == "user"


def test_who_is_in_no_group_is_refused(trial: Trial, browser: Browser) -> None:
    stranger = trial.invite("stranger")
    with pages.new_page(browser) as page:
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))
        pages.to_sign_in(page, trial)
        pages.enter(page, stranger)
        page.wait_for_url(f"{trial.origin}/auth?error=*", timeout=pages.MILLISECONDS)
        page.wait_for_timeout(2_000)  # it stays there: another way to Cognito would go in circles
        assert page.url.startswith(f"{trial.origin}/auth?error=")
        assert "permission" in unquote_plus(urlsplit(page.url).query), page.url
        assert pages.session(page.context) is None
        called = [answer for answer in answers if urlsplit(answer.url).path == "/oauth/oidc/callback"]
        assert [answer.status for answer in called] == [307]
    (counted,) = (each.pattern for each in FAILURES if each.name == "SignInFailed")
    (beginning,) = re.findall(r'\$\.msg = "(.*)\*"', counted)
    lines = [line for each in trial.log("open-webui").values() for line in each if line.startswith("{")]
    messages = [str(json.loads(line).get("msg")) for line in lines]
    assert [each for each in messages if each.startswith(f"{beginning}403")], "the alarm does not count it"


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
