"""Chats and files: streamed, stored where the templates say, and there again after all tasks were replaced."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.trial import pages
from tests.trial.conftest import People, Picture
from tests.trial.trial import Trial, until

pytestmark = [pytest.mark.trial, pytest.mark.lifecycle, pytest.mark.xdist_group("trial")]
QUESTION = "Which seven words come back here one by one?"
TEXT = "The pergola stands behind the house. Its roof is made of wisteria.\n" * 20


def test_an_answer_streams_over_the_web_socket(
    trial: Trial, browser: Browser, people: People, picture: Picture
) -> None:
    with pages.new_page(browser) as page:
        frames = _frames(page)
        pages.sign_in(page, trial, people.user)
        pages.send(page, QUESTION)
        answer = page.locator(".chat-assistant").last
        expect(answer).to_contain_text("one by one", timeout=pages.MILLISECONDS)
        picture(page, "chat")
        parts = [
            frame for frame in frames if '"response:completion"' in frame or '"chat:completion"' in frame
        ]
        assert len(parts) >= 5, f"{len(parts)} parts of the answer in {len(frames)} frames"


def test_chat_and_file_survive_the_replacement_of_all_tasks(
    trial: Trial, browser: Browser, people: People, tmp_path: Path
) -> None:
    note = tmp_path / "pergola.txt"
    note.write_text(TEXT)
    with pages.new_page(browser) as page:
        pages.sign_in(page, trial, people.user)
        page.locator("input[type=file]").first.set_input_files(note)
        expect(page.get_by_text("pergola.txt").first).to_be_visible(timeout=pages.MILLISECONDS)
        token = pages.session(page.context)
        file = until(lambda: trial.file(token, "pergola.txt"), what="the file's entry")
        pages.send(page, "What is the roof made of?")  # the echo repeats what was found in the file
        expect(page.locator(".chat-assistant").last).to_contain_text("wisteria", timeout=pages.MILLISECONDS)
        chat = page.url
        assert "/c/" in chat

        assert [key for key in trial.uploads() if file in key], "the upload is not in the bucket"
        assert until(lambda: trial.chunks(file), what="chunks in pgvector") > 0
        trial.restart()

        page.goto(chat)
        expect(page.get_by_text("What is the roof made of?").first).to_be_visible(timeout=pages.MILLISECONDS)
        expect(page.locator(".chat-assistant").last).to_contain_text("wisteria", timeout=pages.MILLISECONDS)
        assert trial.content(token, file) == TEXT
        assert [key for key in trial.uploads() if file in key]
        assert trial.chunks(file) > 0


def _frames(page: Page) -> list[str]:
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    page.on("websocket", listen)
    return frames
