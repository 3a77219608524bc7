"""The table of images switches the running of tasks on, and off again."""

import json
from pathlib import Path

import pytest

from commands.local.place import Place
from commands.local.steps import LocalError
from commands.local.trial import programs


def images(version: str) -> dict[str, object]:
    return {"chat": {"versions": {version: {"python": f"python-{version}"}}}}


def test_switch_is_the_file(tmp_path: Path) -> None:
    place = Place(state=tmp_path / "state")
    assert not programs.is_on(place)
    programs.switch_on(place, images("1"))
    assert programs.is_on(place)
    programs.switch_off(place)
    assert not programs.is_on(place)


def test_versions_that_run_already_stay_known(tmp_path: Path) -> None:
    place = Place(state=tmp_path)
    programs.switch_on(place, images("1"))
    programs.switch_on(place, images("2"))
    table = json.loads(place.programs.read_text())
    assert set(table["images"]["chat"]["versions"]) == {"1", "2"}
    assert table["trust"] == str(place.authority)


def test_machine_without_addresses_for_tasks_is_told_what_to_do() -> None:
    with pytest.raises(
        LocalError, match=r"192\.0\.2\.1 cannot be used, .* on macOS run: .*ifconfig lo0 alias"
    ):
        programs.check_addresses("192.0.2.1")
