"""Helm charts of a deployment: each loads images of its own, which no template names."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote
from typing import Any

from commands.destroy_check.from_template import of_type
from commands.diff.values import text
from commands.flattened import Template

CHART = "Custom::AWSCDK-EKS-HelmChart"
OCI = "oci://"
NAMES_IMAGES = ("image", "images", "imageRegistry")


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One release; `look` is the command that lists its images."""

    name: str
    version: str
    address: str
    look: str


def charts(template: Template) -> list[Chart]:
    """Those that a template (see `commands.flattened`) installs from a repository, in the order of their names."""
    found = [_chart(each) for _, each in of_type(template, CHART) if each.get("Repository")]
    return sorted(found, key=lambda each: each.name)


def _chart(release: dict[str, Any]) -> Chart:
    address, name = text(release["Repository"]), text(release.get("Chart", ""))
    version = text(release.get("Version", ""))
    what = [address] if address.startswith(OCI) else [name, "--repo", address]
    given = [part for each in _images(_values(release)) for part in ("--set", each)]
    words = ["helm", "template", text(release["Release"]), *what]
    words += ["--version", version] if version else []
    return Chart(
        name=name or address.rpartition("/")[2],
        version=version or "the newest",
        address=address,
        look=f"{' '.join(map(quote, (*words, *given)))} | grep image: | sort -u",
    )


def _values(release: dict[str, Any]) -> Any:
    """What is set of the chart; nothing where that is no JSON before deployment."""
    try:
        return json.loads(text(release.get("Values", "{}")))
    except ValueError:
        return {}


def _images(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """`path=value` of what is set of images: other tags or registries than the chart's own."""
    match value:
        case dict():
            for key, each in value.items():
                yield from _images(each, (*path, key))
        case str() if {*NAMES_IMAGES} & {*path}:
            yield f"{'.'.join(path)}={value}"
