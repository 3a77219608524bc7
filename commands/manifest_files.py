"""Reads the Kubernetes manifests of a cloud assembly: `<assembly>/manifests/<deployment>/`, which may not be there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Object = dict[str, Any]
SUFFIXES = {".yaml", ".yml", ".json"}
"""What `kubectl apply` reads of a folder."""
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
DEFAULT_NAMESPACE = "default"


class BadManifest(Exception):
    """What cannot be applied, in one line with its file."""


@dataclass(frozen=True, kw_only=True)
class ManifestFile:
    """`path` is below the deployment's folder; a kustomization has no objects, since it is none of the cluster's."""

    path: PurePosixPath
    content: bytes
    objects: tuple[Object, ...]


def manifest_files(assembly: Path, deployment: str) -> list[ManifestFile]:
    """Every file of the deployment's manifests in the order in which they are applied; none without a folder.

    That is the order of a kustomization where there is one, else of the names, subfolders among them. A kustomization
    stands after what it names.

    Raises:
        BadManifest: A file is no manifest, or a kustomization names what is not there.
    """
    folder = assembly / "manifests" / deployment
    return [_read(file, folder) for file in _ordered(folder, folder)] if folder.is_dir() else []


def with_manifests(assembly: Path) -> list[str]:
    """Names of the deployments that have manifests."""
    folder = assembly / "manifests"
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def objects(assembly: Path, deployment: str) -> list[Object]:
    """The objects of all these files, those of lists one by one; raises `BadManifest`."""
    return [each for file in manifest_files(assembly, deployment) for each in file.objects]


def namespace(body: Mapping[str, Any]) -> str:
    """The namespace of an object that has one."""
    return str(body["metadata"].get("namespace") or DEFAULT_NAMESPACE)


def _ordered(folder: Path, top: Path) -> Iterator[Path]:
    last = [folder / name for name in KUSTOMIZATIONS if (folder / name).is_file()]
    first = list(dict.fromkeys(path for file in last for path in _named(file, top)))
    rest = [path for path in sorted(folder.iterdir()) if path not in first and path not in last]
    for path in (*first, *rest):
        if path.is_dir():
            yield from _ordered(path, top)
        elif path.suffix in SUFFIXES:
            yield path
    yield from last


def _named(kustomization: Path, top: Path) -> Iterator[Path]:
    """What lies directly in its folder, in the kustomization's order."""
    where = kustomization.relative_to(top)
    for body in _documents(kustomization, where):
        if not isinstance(body, dict) or not isinstance(body.get("resources") or [], list):
            raise BadManifest(f"{where}: is no kustomization; write `resources:` and a list of files")
        for name in map(str, body.get("resources") or []):
            parts = PurePosixPath(name).parts
            if not parts or {"..", "/"} & set(parts) or not (kustomization.parent / name).exists():
                raise BadManifest(f"{where}: names {name}, which is not in its folder")
            yield kustomization.parent / parts[0]


def _read(file: Path, top: Path) -> ManifestFile:
    where = file.relative_to(top)
    found = (
        []
        if file.name in KUSTOMIZATIONS
        else [each for body in _documents(file, where) for each in unpacked(body, str(where))]
    )
    return ManifestFile(path=PurePosixPath(where.as_posix()), content=file.read_bytes(), objects=tuple(found))


class _Constructor(SafeConstructor):
    """A date is text for Kubernetes."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def _documents(file: Path, where: Path) -> list[Any]:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _Constructor
    try:
        return [body for body in reader.load_all(file.read_text(encoding="utf-8")) if body is not None]
    except UnicodeDecodeError:
        raise BadManifest(f"{where}: is no UTF-8 text") from None
    except MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadManifest(f"{where}{line}: is no YAML: {error.problem}") from None
    except YAMLError as error:
        raise BadManifest(f"{where}: is no YAML: {str(error).splitlines()[0]}") from None


def unpacked(body: Any, where: str) -> Iterator[Object]:
    """The object, or those of a list; a list of one kind may leave kind and version out of its items.

    Raises:
        BadManifest: It is no object; `where` it stands begins the message.
    """
    if not isinstance(body, dict):
        raise BadManifest(
            f"{where}: holds {type(body).__name__} {str(body)[:40]!r} where an object is expected"
        )
    kind = body.get("kind")
    if isinstance(kind, str) and kind.endswith("List") and isinstance(body.get("items"), list):
        given = {} if kind == "List" else {"apiVersion": body.get("apiVersion"), "kind": kind[:-4]}
        for item in body["items"]:
            yield from unpacked({**given, **item} if isinstance(item, dict) else item, where)
        return
    metadata = body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    for field, value in (("apiVersion", body.get("apiVersion")), ("kind", kind), ("metadata.name", name)):
        if not (isinstance(value, str) and value):
            called = "/".join(each for each in (kind, name) if isinstance(each, str)) or "an object"
            raise BadManifest(f"{where}: {called} has no {field}, so it is no Kubernetes object")
    yield body
