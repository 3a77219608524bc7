"""The table of programs: what an image is on this machine. Without it tasks count as running, and nothing runs."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "programs.json"
ATTEMPTS, SECONDS_TO_WRITE = 20, 0.05


class NotRunHereError(Exception):
    """There is no local program for this image."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What runs in the place of an image."""

    python: str
    command: tuple[str, ...]
    """With `{python}` and `{address}`; a container's own command takes its place."""
    directory: str
    environment: Mapping[str, str]
    """ENV of the image."""


class Programs:
    """`programs.json` in the emulator's folder, read anew at each decision."""

    def __init__(self, state: Path) -> None:
        self._path = state / FILE

    @property
    def is_on(self) -> bool:
        """Whether tasks are to run at all."""
        return self._path.exists()

    @property
    def stamp(self) -> int | None:
        """Changes with the table; nothing while there is none."""
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None

    def program(self, image: str) -> Program:
        """The program for an image; raises `NotRunHereError`."""
        repository, version = repository_and_version(image)
        versions = self._images().get(repository, {}).get("versions", {})
        if not versions:
            raise NotRunHereError(f"{image} is not run here: no program of this machine stands for the image")
        if version not in versions:
            known = ", ".join(sorted(versions))
            raise NotRunHereError(f"{image} is not run here: this machine has version {known}")
        entry = versions[version]
        return Program(
            python=entry["python"],
            command=tuple(entry["command"]),
            directory=entry["directory"],
            environment=entry.get("environment") or {},
        )

    def trust(self) -> str | None:
        """The certificate, in PEM, that takes the place of the RDS authority's."""
        path = self._table().get("trust")
        return Path(path).read_text() if path and Path(path).exists() else None

    def _images(self) -> Mapping[str, Any]:
        images: Mapping[str, Any] = self._table().get("images") or {}
        return images

    def _table(self) -> dict[str, Any]:
        for _ in range(ATTEMPTS):
            try:
                table: dict[str, Any] = json.loads(self._path.read_text())
            except OSError:
                break  # taken away between two looks
            except ValueError:
                time.sleep(SECONDS_TO_WRITE)  # half written
            else:
                return table
        return {}


def repository_and_version(image: str) -> tuple[str, str]:
    """`ghcr.io/a/b:v1.2-slim` is version 1.2 of `ghcr.io/a/b`; a digest beside the tag changes nothing."""
    named = image.partition("@")[0]
    head, colon, tag = named.rpartition(":")
    if not colon or "/" in tag:
        return named, "latest"
    return head, tag.removeprefix("v").removesuffix("-slim")
