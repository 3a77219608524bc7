"""What would exist in a cluster: a file of its own below the emulator's folder."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Key = tuple[str, str | None, str]
"""Kind, namespace and name."""
FOLDER = "clusters"
LEFT = "left"
HAPPENINGS = 500


@dataclass(frozen=True, kw_only=True)
class Release:
    """An installed Helm chart."""

    name: str
    namespace: str
    chart: str
    version: str | None
    repository: str | None
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Applied:
    """An object, and the template's resource that applied it last."""

    manifest: Mapping[str, Any]
    owner: str


@dataclass(kw_only=True)
class Record:
    """One cluster.

    `checked_by`: what judged the fields; `happenings`: what was done, in order; `open_ends`: what selects nothing yet.
    """

    cluster: str
    version: str
    checked_by: str = ""
    objects: dict[Key, Applied] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)
    happenings: list[str] = field(default_factory=list)
    open_ends: list[str] = field(default_factory=list)
    volumes: dict[str, str] = field(default_factory=dict)
    """Of claims that are gone: whose they were, and why they stay."""

    def tell(self, *texts: str) -> None:
        self.happenings = [*self.happenings, *texts][-HAPPENINGS:]

    def keep_volume(self, claim: Mapping[str, Any], *, why: str) -> None:
        about, spec = claim["metadata"], claim["spec"]
        size = spec["resources"]["requests"]["storage"]
        self.volumes[f"volume of claim {about['namespace']}/{about['name']} in {self.cluster}, {size}"] = why

    def end(self) -> None:
        """The cluster goes: nobody is left to delete the volumes of its claims."""
        for manifest in self.manifests:
            if manifest["kind"] == "PersistentVolumeClaim":
                self.keep_volume(manifest, why="its claim was still there when the cluster went")

    @property
    def manifests(self) -> list[Mapping[str, Any]]:
        """Every object, in the order of applying."""
        return [each.manifest for each in self.objects.values()]

    def write(self, file: Path) -> None:
        """Put it there, whole or not at all."""
        content = {
            "cluster": self.cluster,
            "version": self.version,
            "checked_by": self.checked_by,
            "objects": [asdict(each) for each in self.objects.values()],
            "releases": [asdict(each) for each in self.releases.values()],
            "happenings": self.happenings,
            "open_ends": self.open_ends,
        }
        _write(file, content)

    def write_left(self, file: Path) -> None:
        """Put there what of the cluster outlives it; nothing where nothing does."""
        if self.volumes:
            _write(file.parent / LEFT / file.name, self.volumes)


def _write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1))
    new.replace(file)


def left_of(file: Path) -> dict[str, str]:
    """What outlived the cluster of this record, with the reason."""
    try:
        left: dict[str, str] = json.loads((file.parent / LEFT / file.name).read_text())
    except OSError:
        return {}
    return left


def file_of(state: Path, *, account: str, region: str, cluster: str) -> Path:
    """Where the record of a cluster stands."""
    return state / FOLDER / f"{account}-{region}-{cluster}.json"
