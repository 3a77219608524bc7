"""The folder is there as a whole, or it is not; what is not ours is left alone."""

import os
import re
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import ROOT_LIMIT_BYTES
from commands.bundle import folder
from commands.bundle.archive import files
from commands.bundle.folder import write_bundle
from commands.bundle.places import BundleError
from tests.commands.bundle.made_assembly import NAME, made_assembly
from tests.conftest import VARIANTS

pytestmark = pytest.mark.xdist_group("bundle")  # one worker makes the folder, once

HASH, OTHER = "1" * 64, "2" * 64
TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
LAYER = {"Content": {"S3Bucket": "cdk-hnb659fds-assets", "S3Key": f"{HASH}.zip"}}


@pytest.fixture(autouse=True)
def no_report(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has tests of its own."""
    if "bundle" not in request.fixturenames:
        monkeypatch.setattr(folder, "page", lambda assembly, deployment, capacity: "<!doctype html>")


def code(path: str, name: str) -> dict[str, Any]:
    return {"source": {"path": path}, "displayName": name}


def test_sums_cover_every_file_and_hold(bundle: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=bundle, check=True)
    listed = {line.split("  ")[1] for line in (bundle / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS", "parameters.json"}
    page = (bundle / "README.md").read_text()
    assert "changed on its way to you; `parameters.json`, which you edit, is not in it |" in page
    assert "outside this folder" not in page
    assert {
        "README.md",
        "report.html",
        "parameters.json",
        "parameters.md",
        "template.json",
        "code/custom_resources.zip",
    } <= there


def test_older_bundle_is_replaced_whole(tmp_path: Path) -> None:
    assembly, to = made_assembly(tmp_path / "assembly", TOPIC), tmp_path / "dist" / NAME
    write_bundle(assembly, NAME, to=to)
    (to / "left-over").write_text("of the older one")
    write_bundle(assembly, NAME, to=to)
    assert not (to / "left-over").exists()
    assert [path.name for path in to.parent.iterdir()] == [NAME]


@pytest.mark.parametrize("kind", ["folder", "file", "link", "empty"])
def test_what_is_no_bundle_is_not_touched(tmp_path: Path, kind: str) -> None:
    assembly, to = made_assembly(tmp_path / "assembly", TOPIC), tmp_path / NAME
    match kind:
        case "folder":
            to.mkdir()
            (to / "SHA256SUMS").write_text("0  something-else\n")
        case "file":
            to.write_text("mine")
        case "link":
            (tmp_path / "elsewhere").mkdir()
            to.symlink_to(tmp_path / "elsewhere")
        case "empty":
            to.mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BundleError, match="is there and is no bundle; move it away"):
        write_bundle(assembly, NAME, to=to)
    assert sorted(tmp_path.rglob("*")) == before


def test_failure_leaves_the_older_bundle_and_nothing_else(tmp_path: Path) -> None:
    to = tmp_path / "dist" / NAME
    write_bundle(made_assembly(tmp_path / "good", TOPIC), NAME, to=to)
    before = {path: path.read_bytes() for path in to.rglob("*") if path.is_file()}
    bad = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "hnb659fds"}}}}
    with pytest.raises(BundleError, match="still needs the bootstrap stack"):
        write_bundle(made_assembly(tmp_path / "bad", bad), NAME, to=to)
    assert {path: path.read_bytes() for path in to.parent.rglob("*") if path.is_file()} == before


def test_others_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    assembly, to = made_assembly(tmp_path / "assembly", TOPIC), tmp_path / "dist" / NAME
    before = os.umask(0o077)
    try:
        write_bundle(assembly, NAME, to=to)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in to.rglob("*") if path.is_file()}
    assert modes == {0o644}
    assert stat.S_IMODE(to.stat().st_mode) == 0o755


def test_manifests_are_in_it_as_they_are_where_there_are_any(tmp_path: Path) -> None:
    assembly = made_assembly(tmp_path / "assembly", TOPIC)
    manifests = assembly / "manifests" / NAME
    manifests.mkdir(parents=True)
    written = {
        "010-Service.chat.yaml": "apiVersion: v1\nkind: Service # ö\nmetadata: {name: web, namespace: chat}\n",
        "kustomization.yaml": "resources:\n- 010-Service.chat.yaml\n",
        "apply.sh": "kubectl apply --kustomize .\n",
    }
    for name, text in written.items():
        (manifests / name).write_text(text, encoding="utf-8")
    write_bundle(assembly, NAME, to=tmp_path / NAME)
    there = tmp_path / NAME / "manifests"
    assert {path.name: path.read_bytes() for path in there.iterdir()} == {
        name: text.encode() for name, text in written.items()
    }
    page = (tmp_path / NAME / "README.md").read_text()
    assert "| `manifests/` | the [Kubernetes objects](#kubernetes-objects), 1 in all, to read |" in page
    assert "| Service | `web` | chat |" in page
    shutil.rmtree(manifests)
    write_bundle(assembly, NAME, to=tmp_path / NAME)
    assert not there.exists()
    assert "manifests" not in (tmp_path / NAME / "README.md").read_text()


def test_links_in_code_are_what_they_lead_to_in_folder_and_zip(tmp_path: Path) -> None:
    template = {
        "Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": {"Code": LAYER["Content"]}}}
    }
    assembly = made_assembly(tmp_path / "assembly", template, assets={HASH: code("source", "Function/Code")})
    (assembly / "source").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "module.py").write_text("shared = True\n")
    (assembly / "source" / "shared").symlink_to(tmp_path / "shared")
    (assembly / "source" / "index.py").symlink_to(tmp_path / "shared" / "module.py")
    write_bundle(assembly, NAME, to=tmp_path / NAME)
    beside = tmp_path / NAME / "code" / "Function"
    assert not [path for path in beside.rglob("*") if path.is_symlink()]
    with zipfile.ZipFile(beside.with_suffix(".zip")) as archive:
        assert archive.namelist() == ["index.py", "shared/module.py"]
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.relative_to(beside).as_posix(): path.read_bytes() for path in files(beside)
        }


def test_layer_that_is_a_zip_already_is_taken_as_it_is(tmp_path: Path) -> None:
    template = {"Resources": {"Layer": {"Type": "AWS::Lambda::LayerVersion", "Properties": LAYER}}}
    assembly = made_assembly(
        tmp_path / "assembly", template, assets={HASH: code("layer.zip", "Kubectl/Layer/Code")}
    )
    (assembly / "layer.zip").write_bytes(b"PK as it came")
    sizes = write_bundle(assembly, NAME, to=tmp_path / NAME)
    assert (tmp_path / NAME / "code" / "Kubectl-Layer.zip").read_bytes() == b"PK as it came"
    assert [str(each.place) for each in sizes] == ["template.json", "code/Kubectl-Layer.zip"]
    assert "| `code/Kubectl-Layer.zip` | 13 | - | 1 |" in (tmp_path / NAME / "README.md").read_text()


@pytest.mark.parametrize(
    ("assets", "images", "said"),
    [
        ({}, {"1": {}}, "builds container images, which no bundle carries"),
        ({HASH: code("page.html", "Page")}, {}, "asset Page is a .html file"),
        (
            {HASH: code("one.zip", "Same/Code"), OTHER: code("two.zip", "Same")},
            {},
            "two assets are called Same",
        ),
    ],
)
def test_assets_that_no_bundle_can_carry_are_refused(
    tmp_path: Path, assets: dict[str, Any], images: dict[str, Any], said: str
) -> None:
    assembly = made_assembly(tmp_path / "assembly", TOPIC, assets=assets, images=images)
    with pytest.raises(BundleError, match=said):
        write_bundle(assembly, NAME, to=tmp_path / NAME)
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize(
    ("topics", "text", "before", "after"),
    [(1100, None, True, False), (1, "ä" * 20_000, False, True)],
    ids=["before", "after"],
)
def test_root_template_that_cannot_be_passed_inline_is_refused(
    tmp_path: Path, topics: int, text: str | None, before: bool, after: bool
) -> None:
    properties = {"Properties": {"DisplayName": text}} if text else {}
    resources = {f"Topic{number}": {"Type": "AWS::SNS::Topic", **properties} for number in range(topics)}
    with pytest.raises(BundleError) as refused:
        write_bundle(made_assembly(tmp_path / "assembly", {"Resources": resources}), NAME, to=tmp_path / NAME)
    said = r"template\.json has ([\d,]+) bytes, ([\d,]+) when packaged; 51,200 are the most"
    found = re.fullmatch(said, str(refused.value))
    assert found is not None
    over = [int(number.replace(",", "")) > ROOT_LIMIT_BYTES for number in found.groups()]
    assert over == [before, after], "not the case that it is meant to be"


@pytest.mark.wide
@pytest.mark.slow
@pytest.mark.parametrize("deployment", VARIANTS)
def test_every_kind_of_deployment_can_be_bundled(variants: Path, tmp_path: Path, deployment: str) -> None:
    sizes = write_bundle(variants, deployment, to=tmp_path / deployment)
    assert sizes[0].largest <= ROOT_LIMIT_BYTES
    assert f"# {deployment}\n" in (tmp_path / deployment / "README.md").read_text()
