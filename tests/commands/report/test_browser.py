"""The report in a real browser, opened from a file as its readers do."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.trial.chromium import ARGUMENTS, MISSING, chromium

pytestmark = [pytest.mark.wide, pytest.mark.xdist_group("report-in-browser")]
HERE = Path(__file__).parent
CONTRAST = (HERE / "contrast.js").read_text()
AA = 4.5
"""What WCAG 2.2 asks of text of ordinary size (success criterion 1.4.3)."""
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Opened:
    """A page, with what it said and asked for since it was opened."""

    page: Page
    said: list[str]
    asked: list[str]

    def visible_rows(self) -> list[str]:
        return self.page.locator("[data-row]:visible").all_inner_texts()

    def search(self, text: str) -> list[str]:
        self.page.get_by_label("Search all rows").fill(text)
        return self.visible_rows()


Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Browser, report_text: Callable[[str], str], tmp_path: Path) -> Iterator[Open]:
    file = tmp_path / "report.html"
    file.write_text(report_text("open-webui-prod"), encoding="utf-8")
    contexts = []

    def open_(
        *, width: int = 1280, scheme: Scheme = "light", script: bool = True, anchor: str = ""
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        one = Opened(context.new_page(), [], [])
        one.page.on("console", lambda message: one.said.append(message.text))
        one.page.on("pageerror", lambda error: one.said.append(str(error)))
        one.page.on("request", lambda request: one.asked.append(request.url))
        one.page.goto(f"{file.as_uri()}{anchor}")
        return one

    yield open_
    for context in contexts:
        context.close()


def test_it_opens_from_a_file_without_an_error_and_asks_for_nothing_else(opened: Open) -> None:
    one = opened()
    one.page.get_by_role("link", name="Permissions").first.click()
    one.search("kms")
    one.page.wait_for_load_state("networkidle")
    assert one.said == []
    assert [url.partition("#")[0] for url in one.asked] == [one.page.url.partition("#")[0]]


def test_the_browser_lets_nothing_out_even_if_something_asked(opened: Open) -> None:
    one = opened()
    refused = one.page.evaluate(
        """() => new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
          const image = new Image();
          image.src = "http://127.0.0.1:9/beacon.png";
          setTimeout(() => resolve("nothing"), 2000);
        })"""
    )
    assert refused == "img-src"


def test_search_leaves_rows_that_have_every_word(opened: Open) -> None:
    one = opened()
    everything = one.visible_rows()
    rows = one.search("SecurityGroups tcp 5432")
    assert 0 < len(rows) < 5 < len(everything)
    assert all("5432" in row for row in rows)
    assert one.page.locator("#found").inner_text() == f"{len(rows)} of {len(everything)} rows"
    assert one.page.get_by_role("heading", name="Network access").is_visible()
    assert not one.page.get_by_role("heading", name="Outputs").is_visible()
    assert one.search("no such thing anywhere") == []
    assert one.search("") == everything


def test_search_opens_properties_that_are_folded(opened: Open) -> None:
    one = opened()
    assert not one.page.locator("details[open]").count()
    (row,) = one.search("CopyTagsToSnapshot")
    assert "CopyTagsToSnapshot" in row
    assert one.page.locator("details[open]").count() == 1
    one.search("")
    assert not one.page.locator("details[open]").count()


def test_a_link_to_a_hidden_row_ends_the_search(opened: Open) -> None:
    one = opened()
    one.search("0.0.0.0/0")
    one.page.get_by_role("link", name="SecurityGroups › LoadBalancer").first.click()
    row = one.page.locator("tr:target")
    assert "AWS::EC2::SecurityGroup" in row.inner_text()
    assert row.is_visible()


def test_keys_alone_lead_everywhere(opened: Open) -> None:
    one = opened()
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert one.page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.className") == "scroll"
    one.page.keyboard.press("/")
    assert one.page.evaluate("document.activeElement.id") == "search"
    one.page.keyboard.type("kms:*")
    assert 0 < len(one.visible_rows()) < 20
    one.page.keyboard.press("Escape")
    assert one.page.get_by_label("Search all rows").input_value() == ""
    summary = one.page.locator("summary").first
    summary.focus()
    one.page.keyboard.press("Enter")
    assert one.page.locator("details").first.get_attribute("open") is not None


def test_each_place_that_keys_reach_shows_it(opened: Open) -> None:
    one = opened()
    one.page.keyboard.press("Tab")
    for _ in range(12):
        one.page.keyboard.press("Tab")
        style = one.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid", one.page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(opened: Open, scheme: Scheme) -> None:
    one = opened(scheme=scheme)
    found: list[dict[str, Any]] = one.page.evaluate(CONTRAST)
    assert len(found) > 10, "colours of text and ground, each pair once"
    grounds = {each["ground"] for each in found}
    assert ("rgb(255, 255, 255)" in grounds) == (scheme == "light")
    assert not [each for each in found if each["ratio"] < AA], json.dumps(found, indent=1)


@pytest.mark.parametrize("width", [320, 400, 760, 1000])
def test_the_page_is_as_wide_as_the_window(opened: Open, width: int) -> None:
    one = opened(width=width)
    one.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert one.page.evaluate("document.documentElement.scrollWidth") == width
    over = one.page.evaluate(
        """(width) => [...document.querySelectorAll("main *")]
             .filter((each) => !each.closest(".scroll") && each.getBoundingClientRect().right > width + 1
                               && !each.closest("thead"))
             .map((each) => each.outerHTML.slice(0, 200))""",
        width,
    )
    assert over == []


def test_on_a_telephone_the_picture_scrolls_in_its_own_box_with_text_of_full_size(opened: Open) -> None:
    one = opened(width=400)
    box = one.page.locator(".scroll")
    assert box.evaluate("each => each.scrollWidth > each.clientWidth")
    sizes = box.locator("text").evaluate_all("all => all.map((each) => each.getBoundingClientRect().height)")
    assert min(sizes) >= 12


def test_names_in_the_picture_stay_in_their_boxes(opened: Open) -> None:
    over = opened().page.evaluate(
        """() => {
          const place = (each) => each.getBoundingClientRect();
          const boxes = [...document.querySelectorAll(".picture .cluster path")].map(place);
          const holds = (box, at) =>
            at.left >= box.left && at.right <= box.right && at.top >= box.top && at.bottom <= box.bottom;
          return [...document.querySelectorAll(".picture text")]
            .filter((text) => !boxes.some((box) => holds(box, place(text))))
            .map((text) => text.textContent);
        }"""
    )
    assert over == []


def test_without_script_everything_is_there_but_the_search(opened: Open) -> None:
    one = opened(script=False)
    assert one.page.locator("#finder").is_hidden()
    assert one.page.locator("[data-row]:visible").count() > 300


def test_on_paper_there_is_no_control_and_no_dark_ground(opened: Open) -> None:
    one = opened(scheme="dark")
    one.page.emulate_media(media="print", color_scheme="dark")
    assert one.page.locator("nav").is_hidden()
    assert one.page.locator("#finder").is_hidden()
    assert one.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    ground = "getComputedStyle(document.querySelector('.picture')).backgroundColor"
    assert one.page.evaluate(ground) == "rgb(255, 255, 255)"
