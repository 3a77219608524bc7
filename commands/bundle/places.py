"""Where each file asset of a cloud assembly stands in the bundle."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from commands.assembly import StackTemplate, templates

ROOT_TEMPLATE = PurePosixPath("template.json")
UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


class BundleError(Exception):
    """Why there is no bundle, in one line."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a Lambda function or a layer runs; `name` is its folder of assets/lambda, or where its construct is."""

    name: str
    source: Path
    place: PurePosixPath

    @property
    def is_folder(self) -> bool:
        """Whether we zip it; a layer may come as a zip file already."""
        return self.source.is_dir()


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What an assembly holds of one deployment; `places` has the path in the bundle of each asset, by its hash."""

    templates: dict[PurePosixPath, StackTemplate]
    codes: list[Code]
    places: dict[str, PurePosixPath]
    staging: frozenset[str]
    """Buckets and roles of the bootstrap stack that the assembly would use."""


def contents(assembly: Path, deployment: str) -> Contents:
    """Read them from the assembly's own list of assets.

    Raises:
        BundleError: An asset is none that `aws cloudformation package` can upload.
    """
    listing = json.loads((assembly / f"{deployment}.assets.json").read_bytes())
    if listing.get("dockerImages"):
        raise BundleError(
            f"{deployment} builds container images, which no bundle carries; name a published image instead"
        )
    of_file = {
        template.file: (template, _place(template, deployment))
        for template in templates(assembly, deployment)
    }
    codes: dict[str, Code] = {}
    places = {}
    for hash_, asset in listing["files"].items():
        source = assembly / asset["source"]["path"]
        if source in of_file:
            places[hash_] = of_file[source][1]
        else:
            codes[hash_] = _code(source, asset, taken={each.name for each in codes.values()})
            places[hash_] = codes[hash_].place
    return Contents(
        templates={place: template for template, place in of_file.values()},
        codes=sorted(codes.values(), key=lambda code: code.name),
        places=places,
        staging=frozenset(_staging(listing["files"])),
    )


def _place(template: StackTemplate, deployment: str) -> PurePosixPath:
    if template.is_root:
        return ROOT_TEMPLATE
    return PurePosixPath("templates", f"{template.name.removeprefix(f'{deployment}.')}.json")


def _code(source: Path, asset: dict[str, Any], *, taken: set[str]) -> Code:
    shown = asset.get("displayName", source.name)
    name = UNFIT.sub("-", shown.removesuffix("/Code"))
    if not source.is_dir() and source.suffix != ".zip":
        raise BundleError(
            f"asset {shown} is a {source.suffix or 'plain'} file; a bundle carries templates and code"
        )
    if name in taken:
        raise BundleError(f"two assets are called {name}; give one of them a display_name of its own")
    return Code(name=name, source=source, place=PurePosixPath("code", f"{name}.zip"))


def _staging(files: dict[str, Any]) -> Iterator[str]:
    for asset in files.values():
        for destination in asset["destinations"].values():
            yield destination["bucketName"]
