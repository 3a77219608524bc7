"""Manifests as a folder of files: one per kind and namespace, in the order of applying, with a Kustomization."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from k8s.local_secret import filled
from k8s.manifests import Manifest
from k8s.order import place
from k8s.yaml import as_yaml

KUSTOMIZATION = "kustomization.yaml"
OURS = re.compile(r"\d\d-[a-z0-9-]+\.yaml|kustomization\.yaml")


def files_of(manifests: Sequence[Manifest]) -> dict[str, str]:
    """Text by file name.

    The number in a name is the kind's place in the order, so that a new kind renames no other file.
    """
    files = {
        name: as_yaml(*group) for name, group in groupby(sorted(manifests, key=_file_name), key=_file_name)
    }
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        # Kustomize's own order applies policies after the pods that they hold
        "sortOptions": {"order": "fifo"},
        "resources": list(files),
    }
    return {**files, KUSTOMIZATION: as_yaml(kustomization)}


def write(manifests: Sequence[Manifest], folder: Path, *, kept: Path) -> list[Path]:
    """Write the files and remove those of an earlier run that are no longer made.

    Args:
        manifests: As rendered.
        folder: Made if it is not there; what others put there stays.
        kept: File that keeps the values of Secrets.

    Returns:
        The files in the order of applying, the Kustomization last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = files_of(filled(manifests, kept))
    for path in folder.iterdir():
        if OURS.fullmatch(path.name) and path.name not in files:
            path.unlink()
    for name, text in files.items():
        path = folder / name
        if "-secret-" in name:
            path.touch(mode=0o600)
        path.write_text(text)
    return [folder / name for name in files]


def _file_name(manifest: Manifest) -> str:
    kind, namespace = manifest["kind"], manifest["metadata"].get("namespace")
    return f"{place(kind):02d}-{kind.lower()}{f'-{namespace}' if namespace else ''}.yaml"
