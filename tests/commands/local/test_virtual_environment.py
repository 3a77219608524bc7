"""Environments beside the project's own: whole or none, and one line when they cannot be made."""

import subprocess
import sys
from pathlib import Path

import pytest

from commands.local import virtual_environment
from commands.local.steps import LocalError
from commands.local.trial import open_webui
from commands.local.virtual_environment import EMULATOR, STAMP, VirtualEnvironment

WHOLE = [EMULATOR, *(open_webui.environment(version) for version in open_webui.versions())]


def made(folder: Path, *lines: str) -> VirtualEnvironment:
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join(lines))
    return VirtualEnvironment(
        name="the environment", folder=folder / "environment", requirements=requirements
    )


def test_environment_is_renewed_when_a_requirement_changes(tmp_path: Path) -> None:
    environment = made(tmp_path, "one==1")
    environment.folder.mkdir()
    (environment.folder / STAMP).write_text(environment.digest)
    assert environment.is_current
    environment.requirements.write_text("one==2\n")
    assert not environment.is_current


@pytest.mark.parametrize("environment", WHOLE, ids=lambda each: each.folder.name)
def test_every_requirement_is_pinned(environment: VirtualEnvironment) -> None:
    assert environment.pins
    assert [line for line in environment.pins if "==" not in line] == []


def test_comments_are_no_pins(tmp_path: Path) -> None:
    assert made(tmp_path, "# why", "", "one==1").pins == ["one==1"]


def test_environment_of_another_checkout_is_used_and_never_emptied(tmp_path: Path) -> None:
    environment, others = made(tmp_path), tmp_path / "others"
    others.mkdir()
    (others / STAMP).write_text(environment.digest)
    environment.folder.symlink_to(others)
    environment.install()
    environment.requirements.write_text("# changed\n")
    with pytest.raises(LocalError) as told:
        environment.install()
    assert str(told.value) == (
        f"the environment cannot be made: {environment.folder} leads to {others}, which another checkout may use; "
        "remove the link and try again"
    )
    assert (others / STAMP).exists()


@pytest.mark.slow
def test_environment_that_was_interrupted_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = made(tmp_path)
    environment.install()
    assert environment.is_current

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    environment.requirements.write_text("# changed\n")
    old = environment.digest
    monkeypatch.setattr(VirtualEnvironment, "_install_packages", interrupt)
    with pytest.raises(KeyboardInterrupt):
        environment.install()
    assert not (environment.folder / STAMP).exists()
    assert environment.digest == old


@pytest.mark.slow
def test_package_without_a_wheel_is_one_line_with_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    environment = made(tmp_path, "no-such-package==1.0")
    with pytest.raises(LocalError) as told:
        environment.install()
    message = str(told.value)
    assert "\n" not in message
    assert "no-such-package==1.0 has no wheel for Python" in message
    assert not environment.is_current


def test_full_disk_is_told_as_one() -> None:
    said = "Collecting one\nERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
    assert virtual_environment._cause(said) == "the disk is full; make room and try again"


def test_index_that_does_not_answer_is_no_missing_wheel() -> None:
    said = "WARNING: Retrying (Retry(total=4))\nERROR: No matching distribution found for one==1\n"
    assert "is the package index reachable?" in virtual_environment._cause(said)


def test_installation_that_is_interrupted_leaves_no_process(tmp_path: Path) -> None:
    environment = made(tmp_path)
    inner = f"import time; print(1, flush=True); time.sleep(60)  # {tmp_path}"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        environment._run(sys.executable, "-c", outer, follow=interrupt)
    left = subprocess.run(["ps", "-eo", "command"], capture_output=True, text=True).stdout
    assert str(tmp_path) not in left
