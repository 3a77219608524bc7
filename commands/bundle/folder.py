"""Makes the folder of a bundle: all of it, or nothing."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from commands.assembly import NESTED_LIMIT_BYTES, ROOT_LIMIT_BYTES
from commands.bundle.archive import PROGRAM, files, mode, write_zip
from commands.bundle.parameters import overrides, parameters
from commands.bundle.places import ROOT_TEMPLATE, BundleError, Code, Contents, contents
from commands.bundle.read_me import parameters_page, read_me
from commands.bundle.rewriting import rewritten
from commands.bundle.runbook import pages
from commands.bundle.sizes import Size, packaged_bytes
from commands.flattened import flattened
from commands.report.page import page
from settings.capacity.answer import Capacity

SUMS = "SHA256SUMS"
TO_EDIT = "parameters.json"
"""What the receiving team changes, so that no sum may be of it."""
PERMISSIONS = 0o777


def write_bundle(
    assembly: Path,
    deployment: str,
    *,
    to: Path,
    examples: str = "",
    system: str = "",
    capacity: Capacity | None = None,
) -> list[Size]:
    """Put the bundle in the place of `to`, and return the sizes of what is deployed, the root template first.

    Args:
        assembly: The cloud assembly.
        deployment: Name of the deployment in it.
        to: Folder of the bundle; an older bundle there goes as a whole.
        examples: What the deployment file still has of an example, for the README.
        capacity: Of its nodes, for the report. Left out: it has none.
        system: The deployment's, whose runbook goes with it; left out: what the template's texts name.

    Raises:
        BadManifest: A file of the Kubernetes objects is none.
        BundleError: Something cannot be handed over this way, or `to` is something else than a bundle.
    """
    held = contents(assembly, deployment)
    with _in_place_of(to) as folder:
        sizes = [*_templates(held, folder), *(_code(each, folder) for each in held.codes)]
        manifests = assembly / "manifests" / deployment
        if manifests.is_dir():
            shutil.copytree(manifests, folder / "manifests")
        for place, content in pages(flattened(assembly, deployment), system=system).items():
            _write(folder, place, content)
        given = parameters(held.templates[ROOT_TEMPLATE].body)
        if given:
            (folder / TO_EDIT).write_text(overrides(given), encoding="utf-8")
            (folder / "parameters.md").write_text(parameters_page(deployment, given), encoding="utf-8")
        deployed = "".join(f"{_digest(folder / each.place)}  {each.place}\n" for each in sizes)
        digest = hashlib.sha256(deployed.encode()).hexdigest()
        text = read_me(assembly, deployment, sizes=sizes, examples=examples, digest=digest, system=system)
        (folder / "README.md").write_text(text, encoding="utf-8")
        (folder / "report.html").write_text(page(assembly, deployment, capacity=capacity), encoding="utf-8")
        _write_sums(folder)
    return sizes


@contextmanager
def _in_place_of(to: Path) -> Iterator[Path]:
    """A new folder beside `to` that takes its place when the block has ended well."""
    if to.is_symlink() or (to.exists() and not _is_bundle(to)):
        raise BundleError(
            f"{to} is there and is no bundle; move it away, or name another folder with --output"
        )
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.parent) as scratch:
        new, old = Path(scratch, "new"), Path(scratch, "old")
        new.mkdir()
        yield new
        _open_to_all(new)
        if to.exists():
            to.rename(old)
        new.rename(to)


def _is_bundle(folder: Path) -> bool:
    sums = folder / SUMS
    return sums.is_file() and f"  {ROOT_TEMPLATE}\n" in sums.read_text(encoding="utf-8")


def _templates(held: Contents, folder: Path) -> Iterator[Size]:
    for place, template in held.templates.items():
        body = rewritten(template.body, held, place=place)
        text = json.dumps(body, indent=1, ensure_ascii=False) + "\n"
        _write(folder, place, text.encode())
        size = Size(
            place=place,
            bytes=len(text.encode()),
            packaged=packaged_bytes(body),
            parts=len(body["Resources"]),
        )
        limit = ROOT_LIMIT_BYTES if template.is_root else NESTED_LIMIT_BYTES
        if size.largest > limit:
            raise BundleError(
                f"{place} has {size.bytes:,} bytes, {size.packaged:,} when packaged; {limit:,} are the most"
            )
        yield size


def _code(code: Code, folder: Path) -> Size:
    zipped = folder / code.place
    zipped.parent.mkdir(exist_ok=True)
    if code.is_folder:
        beside = zipped.with_suffix("")
        shutil.copytree(code.source, beside)  # what a link leads to, in place of the link
        write_zip(beside, zipped)
    else:
        shutil.copyfile(code.source, zipped)
    parts = len(files(beside)) if code.is_folder else 1
    return Size(place=code.place, bytes=zipped.stat().st_size, packaged=None, parts=parts)


def _write_sums(folder: Path) -> None:
    lines = [
        f"{_digest(file)}  {file.relative_to(folder).as_posix()}\n"
        for file in files(folder)
        if file != folder / TO_EDIT
    ]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _write(folder: Path, place: PurePosixPath, content: bytes) -> None:
    file = folder / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _open_to_all(folder: Path) -> None:
    """Whatever the umask: a bundle is for others."""
    for path in (folder, *folder.rglob("*")):
        path.chmod((PROGRAM if path.is_dir() else mode(path)) & PERMISSIONS)
