"""Helm charts of a deployment: each loads images of its own, which no template names."""

from dataclasses import dataclass
from shlex import quote
from typing import Any

from commands.assembly import CHART
from commands.destroy_check.from_template import of_type
from commands.diff.values import text
from commands.flattened import Template

OCI = "oci://"
END = "VALUES"
"""The line that ends what a command reads; JSON is one line of its own."""


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
    version, values = text(release.get("Version", "")), text(release.get("Values", "{}"))
    what = [address] if address.startswith(OCI) else [name, "--repo", address]
    words = ["helm", "template", text(release["Release"]), *what]
    words += ["--version", version] if version else []
    words += ["--values", "-"]
    return Chart(
        name=name or address.rpartition("/")[2],
        version=version or "the newest",
        address=address,
        look=f"{' '.join(map(quote, words))} <<'{END}' | grep image: | sort -u\n{values}\n{END}",
    )
