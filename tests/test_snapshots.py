"""Every template of the committed deployments, as written: read the diff before you update one."""

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import PropertyFilter, PropertyMatcher, SerializableData, SerializedData, SnapshotIndex

from commands.assembly import ASSET_HASH, templates
from tests.conftest import COMMITTED, KUBERNETES, ROOT
from tests.test_graph import nested_stacks

APPLIED = "Manifests"
"""A nested stack of manifests alone: they stand beside it as what they are."""
STACKS = [
    (deployment, stack)
    for deployment in COMMITTED
    for stack in ["root", *nested_stacks(deployment)]
    if stack != APPLIED
]
GENERATED = re.compile(r"(?<=^  )(\w+): .+$", re.MULTILINE)
"""Values that `make manifests` generates once for a cluster without a store of secrets."""


class TemplateFile(SingleFileSnapshotExtension):
    """`tests/snapshots/<deployment>/<stack>.json`, with the hashes of assets masked."""

    _write_mode = WriteMode.TEXT
    file_extension = "json"

    def serialize(
        self,
        data: SerializableData,
        *,
        exclude: PropertyFilter | None = None,
        include: PropertyFilter | None = None,
        matcher: PropertyMatcher | None = None,
    ) -> SerializedData:
        return ASSET_HASH.sub("<asset>", str(data))

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(ROOT / "tests" / "snapshots")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return Path(str(index)).name

    @classmethod
    def get_file_basename(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        return str(index)


@pytest.mark.parametrize(("deployment", "stack"), STACKS)
def test_template_is_as_committed(
    assembly: Path, deployment: str, stack: str, snapshot: SnapshotAssertion
) -> None:
    by_stack = {t.name.partition(".")[2] or "root": t for t in templates(assembly, deployment)}
    text = by_stack[stack].file.read_text() + "\n"
    assert text == snapshot.use_extension(TemplateFile)(name=f"{deployment}/{stack}")


def test_no_snapshot_is_left_over() -> None:
    committed = {
        path.relative_to(ROOT / "tests" / "snapshots").as_posix()
        for path in (ROOT / "tests" / "snapshots").rglob("*.json")
    }
    assert committed == {f"{deployment}/{stack}.json" for deployment, stack in STACKS}


class ManifestFile(TemplateFile):
    """`tests/snapshots/<deployment>/manifests/<file>.yaml`, as `make manifests` writes it."""

    file_extension = "yaml"


@pytest.mark.parametrize("deployment", KUBERNETES)
def test_manifests_are_as_committed(assembly: Path, deployment: str, snapshot: SnapshotAssertion) -> None:
    files = sorted((assembly / "manifests" / deployment).iterdir())
    assert len(files) > 10
    for file in files:
        text = file.read_text()
        if "-secret-" in file.name:
            before, _, data = text.partition("stringData:")
            text = "".join((before, "stringData:", GENERATED.sub(r"\1: <generated>", data)))
        assert text == snapshot.use_extension(ManifestFile)(name=f"{deployment}/manifests/{file.stem}")


def test_no_manifest_is_left_over(assembly: Path) -> None:
    folder = ROOT / "tests" / "snapshots"
    committed = {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")}
    written = {
        f"{deployment}/manifests/{file.name}"
        for deployment in KUBERNETES
        for file in (assembly / "manifests" / deployment).iterdir()
    }
    assert committed == written
