"""What a person does in the browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.trial.trial import Person, Trial

SIZE = ViewportSize(width=1280, height=800)
MILLISECONDS = 30_000
COOKIE = "token"
"""Open WebUI's session."""


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that has been nowhere before."""
    context = browser.new_context(viewport=SIZE, ignore_https_errors=True)
    context.set_default_timeout(MILLISECONDS)
    try:
        yield context.new_page()
    finally:
        context.close()


def to_sign_in(page: Page, trial: Trial) -> None:
    """Open the origin, which leads to Cognito's page by itself."""
    page.goto(trial.origin)
    expect(page.locator("input[name=password]:visible").first).to_be_visible(timeout=MILLISECONDS)


def enter(page: Page, person: Person) -> None:
    """Fill in Cognito's page and send it."""
    page.locator("input[name=username]:visible").first.fill(person.email)
    page.locator("input[name=password]:visible").first.fill(person.password)
    page.locator("button[type=submit]:visible, input[type=submit]:visible").first.click()


def sign_in(page: Page, trial: Trial, person: Person) -> None:
    """From the origin through Cognito to the application."""
    to_sign_in(page, trial)
    enter(page, person)
    expect(page.locator("#chat-input")).to_be_visible(timeout=MILLISECONDS)
    close_release_notes(page)
    expect(page.locator("[data-sonner-toast]")).to_have_count(
        0, timeout=MILLISECONDS
    )  # it would cover a picture


def close_release_notes(page: Page) -> None:
    """Open WebUI shows them to everybody at first."""
    button = page.get_by_role("button", name="Okay, Let's Go!")
    page.wait_for_timeout(1_500)  # they come after the page, if they come
    if button.is_visible():
        button.click()


def sign_out(page: Page) -> None:
    """Through the menu, as a person does."""
    page.get_by_label("User menu").first.click()
    page.get_by_text("Sign Out").click()


def send(page: Page, text: str) -> None:
    """Write a message and send it."""
    box = page.locator("#chat-input")
    box.click()
    box.press_sequentially(text)
    box.press("Enter")


def session(context: BrowserContext) -> str | None:
    """Open WebUI's session in this browser."""
    return next((cookie["value"] for cookie in context.cookies() if cookie["name"] == COOKIE), None)
