"""Zip files hold their folder, and their bytes tell nothing of the machine."""

import os
import zipfile
from pathlib import Path

import pytest

from commands.bundle.archive import files, write_zip

pytestmark = pytest.mark.xdist_group("bundle")  # one worker makes the folder, once

CONTENTS = {
    "index.py": "print('ö')\n",
    "sub/module.py": "",
    "sub/run.sh": "#!/bin/sh\n",
    "B.py": "",
    "a.py": "",
}


def folder(at: Path, *, names: list[str], mode: int, time: int) -> Path:
    for name in names:
        path = at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CONTENTS[name])
        path.chmod(mode | (0o100 if name.endswith(".sh") else 0))
        os.utime(path, (time, time))
    return at


def test_bytes_depend_on_contents_alone(tmp_path: Path) -> None:
    here = folder(tmp_path / "here", names=list(CONTENTS), mode=0o644, time=1)
    there = folder(tmp_path / "there", names=list(reversed(CONTENTS)), mode=0o600, time=2_000_000_000)
    for each in (here, there):
        write_zip(each, each.with_suffix(".zip"))
    assert here.with_suffix(".zip").read_bytes() == there.with_suffix(".zip").read_bytes()


def test_zip_unpacks_to_the_folder(tmp_path: Path) -> None:
    source = folder(tmp_path / "source", names=list(CONTENTS), mode=0o600, time=1)
    write_zip(source, tmp_path / "code.zip")
    with zipfile.ZipFile(tmp_path / "code.zip") as archive:
        assert archive.namelist() == ["B.py", "a.py", "index.py", "sub/module.py", "sub/run.sh"]
        assert {name: archive.read(name).decode() for name in archive.namelist()} == CONTENTS
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["index.py"] == 0o100644, "Lambda could not read it"
    assert modes["sub/run.sh"] == 0o100755


def test_each_zip_of_the_bundle_is_the_folder_beside_it(bundle: Path) -> None:
    zips = sorted((bundle / "code").glob("*.zip"))
    assert [each.stem for each in zips] == ["custom_resources", "pre_token_generation"]
    for each in zips:
        beside = each.with_suffix("")
        with zipfile.ZipFile(each) as archive:
            unpacked = {name: archive.read(name) for name in archive.namelist()}
        assert unpacked == {path.relative_to(beside).as_posix(): path.read_bytes() for path in files(beside)}
        assert not [name for name in unpacked if "__pycache__" in name]


@pytest.mark.parametrize("name", ["custom_resources", "pre_token_generation"])
def test_code_is_that_of_assets(bundle: Path, name: str) -> None:
    source = Path(__file__).parents[3] / "assets" / "lambda" / name
    for path in (bundle / "code" / name).iterdir():
        assert path.read_bytes() == (source / path.name).read_bytes()
