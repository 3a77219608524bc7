"""Code that goes up beside the templates: what a changed hash means is which files differ."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from commands.assembly import ASSET_HASH
from commands.bundle.rewriting import UPLOADED
from commands.diff.changes import CodeChange, Difference

Users = dict[tuple[str, str], list[tuple[str, dict[str, Any]]]]
"""By the hash before and after, the address and the new body of each resource that has it."""


@dataclass(frozen=True, kw_only=True)
class Assets:
    """The files behind the hashes of one deployment in one assembly."""

    assembly: Path | None
    deployment: str

    def files(self, asset: str) -> dict[str, str]:
        """Each file of the asset with a digest of what is in it; empty where the assembly has no such asset."""
        place = self._place(asset)
        if place is None:
            return {}
        if place.is_dir():
            return {
                path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(place.rglob("*"))
                if path.is_file()
            }
        if zipfile.is_zipfile(place):
            with zipfile.ZipFile(place) as archive:
                return {each.filename: f"{each.CRC:08x}" for each in archive.infolist() if not each.is_dir()}
        return {place.name.replace(asset, "asset"): asset}

    @cached_property
    def listed(self) -> dict[str, Any]:
        """What the assembly uploads for the deployment, by hash."""
        if self.assembly is None:
            return {}
        file = self.assembly / f"{self.deployment}.assets.json"
        if not file.exists():  # of manifests alone
            return {}
        return cast(dict[str, Any], json.loads(file.read_text())["files"])

    def _place(self, asset: str) -> Path | None:
        if self.assembly is None or asset not in self.listed:
            return None
        path: str = self.listed[asset]["source"]["path"]
        return self.assembly / path


def hashes(difference: Difference, kind: str, before: Assets, after: Assets) -> tuple[str, str] | None:
    """Both hashes, where nothing differs but that of an asset, in the property that names the assets of this type."""
    if difference.path.partition(".")[0] != UPLOADED.get(kind):
        return None
    old, new = json.dumps(difference.old), json.dumps(difference.new)
    was, now = set(ASSET_HASH.findall(old)), set(ASSET_HASH.findall(new))
    if len(was) == len(now) == 1 and ASSET_HASH.sub("", old) == ASSET_HASH.sub("", new):
        pair = was.pop(), now.pop()
        return pair if pair[0] in before.listed and pair[1] in after.listed else None
    return None


def changes(users: Users, before: Assets, after: Assets) -> Iterator[CodeChange]:
    """What the resources get that use each asset."""
    for (old, new), bodies in users.items():
        yield CodeChange(
            functions=tuple(_called(address, body) for address, body in bodies),
            files=tuple(_compared(before.files(old), after.files(new))),
        )


def _called(address: str, body: dict[str, Any]) -> str:
    handler = body.get("Properties", {}).get("Handler")
    return f"{handler} ({address})" if handler else address


def _compared(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{'+' if name not in old else '-' if name not in new else '~'} {name}"
