"""A plain Secret for clusters without a store of secrets; its values are made when the manifests are written."""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component
from k8s.objects import construct_id, metadata

GENERATED = "<generated when the manifests are written>"
GENERATED_KEYS = "pergola/generated"
"""Annotation that names the generated keys: their values differ from checkout to checkout, and are no change."""
BYTES = 32


class LocalSecret(k8s.KubeSecret):
    """`object_name`. Immutable: other values than those that the cluster has are refused there, not half in force."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        generated: Sequence[str],
        values: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        """
        Args:
            component: Whose Secret it is.
            generated: Keys whose values are random text.
            values: Keys whose values are known and no secret, such as a user's name.
            name: Left out: the component's.
        """
        self.object_name = name or component.name
        super().__init__(
            scope,
            construct_id("Secret", component, name),
            metadata=metadata(component, name, annotations={GENERATED_KEYS: ",".join(sorted(generated))}),
            immutable=True,
            string_data={**dict.fromkeys(generated, GENERATED), **(values or {})},
        )


def filled(manifests: Sequence[dict[str, Any]], kept: Path) -> list[dict[str, Any]]:
    """The manifests with a value for each generated key.

    Args:
        manifests: As rendered.
        kept: File that keeps the values, so that the next run writes the same; made for the owner alone if missing.
    """
    known: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    before = dict(known)
    result = [_filled(manifest, known) for manifest in manifests]
    if known != before:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(known, indent=2) + "\n")
    return result


def _filled(manifest: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    if manifest["kind"] != "Secret" or GENERATED not in manifest.get("stringData", {}).values():
        return manifest
    about = manifest["metadata"]
    data = {
        key: known.setdefault(f"{about['namespace']}/{about['name']}/{key}", secrets.token_urlsafe(BYTES))
        if value == GENERATED
        else value
        for key, value in manifest["stringData"].items()
    }
    return {**manifest, "stringData": data}
