"""The document's sign-in, step by step, in a browser (docs/open-webui.md, "Sign-in")."""

from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import urllib3
from playwright.sync_api import Browser, Request, expect

from tests.trial import pages
from tests.trial.conftest import People, Picture
from tests.trial.trial import Person, Trial

pytestmark = [pytest.mark.trial, pytest.mark.lifecycle, pytest.mark.xdist_group("trial")]


@pytest.mark.row("F9")
def test_a_person_signs_in_through_cognito_and_out_of_everything(
    trial: Trial, browser: Browser, people: People, picture: Picture
) -> None:
    with pages.new_page(browser) as page:
        visited: list[str] = []
        page.on("request", lambda request: _note(request, visited))
        pages.to_sign_in(page, trial)
        picture(page, "sign-in")

        asked = next(url for url in visited if urlsplit(url).path == "/oauth2/authorize")
        query = parse_qs(urlsplit(asked).query)
        assert query["response_type"] == ["code"]
        assert query["redirect_uri"] == [f"{trial.origin}/oauth/oidc/callback"]
        assert query["code_challenge_method"] == ["S256"]
        assert pages.session(page.context) is None

        pages.enter(page, people.user)
        expect(page.locator("#chat-input")).to_be_visible(timeout=pages.MILLISECONDS)
        paths = [urlsplit(url).path for url in visited]
        steps = ["/oauth/oidc/login", "/oauth2/authorize", "/oauth/oidc/callback"]
        assert [path for path in paths if path in steps] == steps
        (cookie,) = [each for each in page.context.cookies() if each["name"] == pages.COOKIE]
        assert cookie["secure"]
        assert cookie["httpOnly"]

        visited.clear()
        page.reload()
        expect(page.locator("#chat-input")).to_be_visible(timeout=pages.MILLISECONDS)
        assert not [url for url in visited if "oauth" in url]

        token = cookie["value"]
        targets = trial.healthy_targets()
        assert len(targets) == 2
        assert {trial.status_of_session(target, token) for target in targets} == {200}
        pages.close_release_notes(page)
        visited.clear()
        pages.sign_out(page)
        expect(page.locator("input[name=password]:visible").first).to_be_visible(timeout=pages.MILLISECONDS)
        ended = next(url for url in visited if urlsplit(url).path == "/logout")
        assert urlsplit(ended).netloc == urlsplit(asked).netloc
        assert parse_qs(urlsplit(ended).query)["logout_uri"] == [f"{trial.origin}/auth"]
        assert f"{trial.origin}/auth" in [url.partition("?")[0] for url in visited]
        assert pages.session(page.context) is None
        assert {trial.status_of_session(target, token) for target in targets} == {401}


def test_a_sign_in_may_begin_on_one_task_and_end_on_the_other(trial: Trial, people: People) -> None:
    one, other = trial.healthy_targets()
    host = {"Host": urlsplit(trial.origin).netloc}
    begun = trial.get("/oauth/oidc/login", one, host)
    assert begun.status == 302
    cookies = "; ".join(line.partition(";")[0] for line in begun.headers.getlist("Set-Cookie"))
    called = urlsplit(_answer_of_cognito(begun.headers["Location"], people.user))
    ended = trial.get(f"{called.path}?{called.query}", other, {**host, "Cookie": cookies})
    given = [line for line in ended.headers.getlist("Set-Cookie") if line.startswith(f"{pages.COOKIE}=")]
    assert len(given) == 1, (ended.status, ended.headers.get("Location"))
    token = given[0].partition(";")[0].removeprefix(f"{pages.COOKIE}=")
    assert [trial.status_of_session(target, token) for target in (one, other)] == [200, 200]


def test_a_wrong_password_stays_outside(trial: Trial, browser: Browser, people: People) -> None:
    with pages.new_page(browser) as page:
        pages.to_sign_in(page, trial)
        pages.enter(page, people.with_wrong_password)
        page.wait_for_timeout(2_000)
        assert not page.url.startswith(trial.origin)
        assert pages.session(page.context) is None


def test_the_users_that_the_command_prints_can_sign_in(trial: Trial, browser: Browser) -> None:
    printed = trial.printed_people()
    assert len(printed) == 2
    for person in printed:
        with pages.new_page(browser) as page:
            pages.sign_in(page, trial, person)
            assert pages.session(page.context)


def _answer_of_cognito(address: str, person: Person) -> str:
    """Where Cognito's page sends the browser after the person has filled it in."""
    page = urlsplit(address)
    fields = {**dict(parse_qsl(page.query)), "username": person.email, "password": person.password}
    url = f"{page.scheme}://{page.netloc}/login"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = urllib3.request("POST", url, body=urlencode(fields), headers=form, redirect=False)
    assert answer.status == 302, answer.data
    return answer.headers["Location"]


def _note(request: Request, visited: list[str]) -> None:
    if request.is_navigation_request():
        visited.append(request.url)
