"""Open WebUI as a program: which versions, on which machine, with how much room."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from commands.local.steps import LocalError
from commands.local.trial import open_webui
from settings.versions import OPEN_WEBUI, OPEN_WEBUI_REPOSITORY

VERSION = open_webui.version_of(OPEN_WEBUI)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: list[str]) -> dict[str, str]:
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[.*\])?==(\S+)", line) for line in lines)
    return {normal(each[1]): each[2] for each in found if each}


@pytest.mark.parametrize("tag", ["v0.12.4-slim", "v0.12.4", "0.12.4", "0.12.4-slim"])
def test_version_is_the_tag_without_its_dress(tag: str) -> None:
    assert open_webui.version_of(tag) == "0.12.4"


def test_version_that_deployments_use_can_be_run() -> None:
    assert VERSION in open_webui.versions()


def test_other_version_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(LocalError, match=r"0\.11\.3 is not run here: this checkout knows .*0\.12\.4"):
        open_webui.environment("0.11.3")


def test_list_of_packages_agrees_with_the_one_in_the_wheel() -> None:
    installed = open_webui.environment(VERSION)
    slim = installed.packages / "requirements-slim.txt"
    if not slim.exists():
        pytest.skip(f"Open WebUI {VERSION} is not installed: make try does it")
    asked, ours = pins(slim.read_text().splitlines()), pins(installed.pins)
    assert len(asked) > 70, "the wheel's list is read"
    assert {name: ours.get(name) for name in asked} == asked


def test_torch_is_not_installed() -> None:
    assert "torch" not in pins(open_webui.environment(VERSION).pins)


@pytest.mark.parametrize("python", [(3, 10), (3, 13), (3, 14)])
def test_python_without_wheels_is_refused_with_the_remedy(python: tuple[int, int]) -> None:
    with pytest.raises(LocalError, match=r"runs on Python 3\.11 and 3\.12, .* make try PYTHON=python3\.12"):
        open_webui.check_machine(VERSION, python=python)


def test_system_without_wheels_is_refused() -> None:
    with pytest.raises(LocalError, match="this is Windows"):
        open_webui.check_machine(VERSION, python=(3, 12), system="Windows")


def test_disk_without_room_is_refused_with_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def little(_: Path) -> Any:
        return shutil._ntuple_diskusage(10**9, 10**9, 700 * 10**6)

    monkeypatch.setattr(shutil, "disk_usage", little)
    with pytest.raises(LocalError, match=r"^700 MB are free in .* needs 1280 MB; make room$"):
        open_webui.check_space(tmp_path)


def test_announcement_says_how_much_and_how_long() -> None:
    told = open_webui.announcement(VERSION)
    assert re.search(r"\d+ MB to load, \d+ MB on disk, up to \d minutes", told)


def test_table_names_the_image_as_the_deployment_does() -> None:
    (repository,) = open_webui.images([VERSION])
    assert repository == OPEN_WEBUI_REPOSITORY
    (mirrored,) = open_webui.images([VERSION], registry="111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror")
    assert mirrored == "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror/open-webui/open-webui"


def test_program_listens_where_its_task_is() -> None:
    command = open_webui.image(VERSION)["command"]
    assert command[command.index("--host") + 1] == "{address}"
