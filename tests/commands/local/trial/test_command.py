"""`python -m commands local try`: what goes wrong is one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands.local.place import ROOT, Place
from commands.local.steps import LocalError
from commands.local.trial import programs, trial

pytestmark = pytest.mark.slow

FILE = """\
system: open-webui
environment: dev
monitoring: {email: ops@example.com}
load_balancer: {edge: cloudfront}
"""


def refused(folder: Path, *arguments: str, text: str = FILE) -> str:
    """The one line that the command says before it does anything."""
    (folder / "chat.yaml").write_text(text)
    state = folder / "state"
    chosen = ["--deployment", "chat", "--deployments", str(folder), "--state", str(state)]
    command = [sys.executable, "-m", "commands", "local", "try", *chosen, *arguments]
    run = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=60)
    assert run.returncode in (1, 2), run.stdout + run.stderr
    assert not Place(state=state).log.exists(), "an emulator was started"
    (line,) = run.stderr.splitlines()
    return line


def test_unknown_deployment(tmp_path: Path) -> None:
    assert "did you mean chat?" in refused(tmp_path, "--deployment", "caht")


def test_tasks_that_are_no_number(tmp_path: Path) -> None:
    assert refused(tmp_path, "--tasks", "two") == "TASKS is 'two'; write a whole number such as TASKS=2"


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--port", "abc", "PORT is 'abc'; write a number from 1 to 65535, or leave it out"),
        ("--port", "99999", "PORT is '99999'; write a number from 1 to 65535, or leave it out"),
        (
            "--openai-url",
            "nonsense",
            "OPENAI_API_BASE_URL is 'nonsense', which is no address; write one like https://api.openai.com/v1",
        ),
        (
            "--ollama-url",
            "localhost:11434",
            "OLLAMA_BASE_URL is 'localhost:11434', which is no address; write one like http://localhost:11434",
        ),
    ],
)
def test_what_cannot_be_is_one_line_before_anything_begins(
    tmp_path: Path, option: str, value: str, told: str
) -> None:
    assert refused(tmp_path, option, value) == told


def test_tasks_without_the_cache_that_they_share(tmp_path: Path) -> None:
    line = refused(tmp_path, "--tasks", "2", text=f"{FILE}cache: {{enabled: false}}\n")
    assert "cache.enabled is false and tasks.max_tasks 2, whose tasks share it" in line


def test_version_that_has_no_list_of_packages(tmp_path: Path) -> None:
    line = refused(tmp_path, text=f"{FILE}application: {{image_tag: v0.11.3-slim}}\n")
    assert line.startswith("Open WebUI 0.11.3 is not run here: this checkout knows 0.12.4; ")


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "11", "2 3"])
def test_number_of_tasks_that_no_deployment_has(text: str) -> None:
    with pytest.raises(LocalError, match="TASKS is"):
        trial.number(text)


def test_number_of_tasks_left_out_is_that_of_the_file() -> None:
    assert trial.number("") is None
    assert trial.number("2") == 2


def test_make_local_switches_the_tasks_off(tmp_path: Path) -> None:
    place = Place(state=tmp_path)
    programs.switch_on(place, {})
    trial.leave(place)
    assert not programs.is_on(place)


def test_keys_lie_on_the_disk_while_it_is_deployed_and_for_the_owner_alone(tmp_path: Path) -> None:
    place = Place(state=tmp_path)
    with trial._filled(place, "chat/model-keys", {"openai_api_keys": "secret"}):
        assert place.filled_secrets.stat().st_mode & 0o777 == 0o600
    assert not place.filled_secrets.exists()
