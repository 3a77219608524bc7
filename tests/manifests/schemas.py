"""What the API server would say to the fields of a manifest."""

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import kubernetes_validate  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent.parent
FOLDER = "CRD_SCHEMAS"
"""Environment variable with the folder of JSON schemas of custom resources: `<group>/<kind>_<version>.json`."""
BUILT_IN = {"networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io"}
"""Groups of Kubernetes itself that have a dot in their name."""
MISSING = f"the schemas of custom resources are not there; name their folder in {FOLDER}"


class SchemasMissing(Exception):
    """There is nothing to hold a custom resource against."""


@cache
def crd_schemas() -> Path | None:
    """The folder that the environment names, or `shared/crds` beside one of the folders above the checkout."""
    if given := os.environ.get(FOLDER):
        return Path(given)
    return next((found for up in ROOT.parents if (found := up / "shared" / "crds").is_dir()), None)


def is_custom(manifest: Mapping[str, Any]) -> bool:
    """Whether the kind comes with a definition of its own, not with Kubernetes."""
    group = manifest["apiVersion"].rpartition("/")[0]
    return "." in group and group not in BUILT_IN


def problems(manifest: Mapping[str, Any], kubernetes_version: str) -> list[str]:
    """Each field that is wrong, a line each.

    Raises:
        SchemasMissing: It is a custom resource, and the folder of schemas is not there.
    """
    group, _, version = manifest["apiVersion"].rpartition("/")
    if is_custom(manifest):
        return _custom_problems(manifest, group, version)
    try:
        kubernetes_validate.validate(dict(manifest), kubernetes_version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    except kubernetes_validate.SchemaNotFoundError as error:
        return [error.message]
    return []


def _custom_problems(manifest: Mapping[str, Any], group: str, version: str) -> list[str]:
    folder = crd_schemas()
    if folder is None:
        raise SchemasMissing
    file = folder / group / f"{manifest['kind'].lower()}_{version}.json"
    if not file.exists():
        return [f"no schema of {manifest['kind']} in {group}/{version}"]
    schema = json.loads(file.read_text())
    found = [
        f"{error.json_path}: {error.message}"
        for error in jsonschema.Draft7Validator(schema).iter_errors(manifest)
    ]
    if (schema["x-kubernetes-scope"] == "Namespaced") != ("namespace" in manifest["metadata"]):
        found.append(f"metadata.namespace: the kind is {schema['x-kubernetes-scope']}")
    return found
