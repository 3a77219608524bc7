"""Zip files whose bytes depend on nothing but what is in them.

Left to `aws cloudformation package`, times and order of the files would give unchanged code another key on each
machine, and so an update of every function. Files are stored, not deflated: what a compressor writes differs between
its versions.
"""

import zipfile
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip file can hold."""
UNIX = 3
PLAIN, PROGRAM = 0o100644, 0o100755


def write_zip(folder: Path, to: Path) -> None:
    """Put everything below `folder` into a new zip file."""
    with zipfile.ZipFile(to, "w") as archive:
        for file in files(folder):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            entry.create_system = UNIX
            entry.external_attr = mode(file) << 16
            archive.writestr(entry, file.read_bytes())


def files(folder: Path) -> list[Path]:
    """Every file below, in an order that no language setting changes."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def mode(file: Path) -> int:
    """Readable by all, and executable by all what is so for its owner."""
    return PROGRAM if file.stat().st_mode & 0o100 else PLAIN
