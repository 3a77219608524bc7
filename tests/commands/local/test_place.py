"""Nothing that `make local` starts can reach an account that exists; each place is apart."""

import os
import re
from pathlib import Path

import pytest

from commands.local import assembly_cache, place, server
from commands.local.place import Place
from commands.local.steps import LocalError


@pytest.mark.parametrize("name", [*place.REAL_AWS, *place.PROXIES])
def test_way_to_a_real_account_is_closed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "real")
    assert name not in Place().environment(port=4566)


def test_credentials_files_are_not_read() -> None:
    environment = Place().environment(port=4566)
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_account_is_the_access_key() -> None:
    assert Place(account="444455556666").environment(port=None)["AWS_ACCESS_KEY_ID"] == "444455556666"


def test_endpoint_is_on_loopback() -> None:
    assert Place().environment(port=4566)["AWS_ENDPOINT_URL"] == "http://localhost:4566"


def test_missing_tool_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ROOT", tmp_path)
    with pytest.raises(LocalError, match=r"\.venv/bin/node is missing; run `make setup`"):
        Place().cdk()


def test_stopping_what_does_not_run_is_no_error(tmp_path: Path) -> None:
    assert server.stop(Place(state=tmp_path)) == ""


def test_keys_of_a_command_that_was_killed_go_with_the_emulator(tmp_path: Path) -> None:
    place = Place(state=tmp_path)
    place.filled_secrets.write_text("{}")
    server.stop(place)
    assert not place.filled_secrets.exists()


def test_record_of_a_process_that_is_another_now_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "emulator.json").write_text(f'{{"pid": {os.getpid()}, "port": 1, "sources": ""}}')
    assert server.running(Place(state=tmp_path)) is None
    assert server.stop(Place(state=tmp_path)) == ""  # and this process goes on


def test_assembly_is_taken_again_while_the_sources_are_the_same(tmp_path: Path) -> None:
    where, deployments = Place(state=tmp_path / "state"), tmp_path / "deployments"
    deployments.mkdir()
    file = deployments / "one.yaml"
    file.write_text("a: 1")
    where.assembly.mkdir(parents=True)
    (where.assembly / "manifest.json").touch()
    assembly_cache.keep(where, "one", deployments)
    assert assembly_cache.is_current(where, "one", deployments)
    assert not assembly_cache.is_current(where, "other", deployments)
    file.write_text("a: 2")
    assert not assembly_cache.is_current(where, "one", deployments)


def test_every_folder_that_a_synthesis_reads_is_looked_at() -> None:
    folders = {path.name for path in place.ROOT.iterdir() if path.is_dir()}
    files = [path for name in assembly_cache.SOURCES for path in (place.ROOT / name).rglob("*.py")]
    text = "\n".join(path.read_text() for path in [place.ROOT / "app.py", *files])
    imported = {name for _, name in re.findall(r"^(from|import) ([a-z0-9_]+)", text, re.MULTILINE)}
    assert imported & folders == {*assembly_cache.SOURCES} - {"assets"}


def test_the_emulator_starts_again_with_whatever_it_imports() -> None:
    files = {path for path in server.source_files() if path.suffix == ".py"}
    shared = {path.relative_to(place.ROOT).with_suffix("").as_posix().replace("/", ".") for path in files}
    text = "\n".join(path.read_text() for path in files if server.SOURCES in path.parents)
    found = re.findall(r"^from (commands|k8s)(\.[a-z0-9_.]+)? import ([a-z0-9_]+)", text, re.MULTILINE)
    outside = {f"{top}{below or '.' + name}" for top, below, name in found}
    outside = {name for name in outside if not name.startswith("commands.local.")}
    assert {"commands.immutable", "k8s.checks.references"} <= outside
    assert outside <= shared
