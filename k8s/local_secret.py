"""A plain Secret for clusters without a store of secrets; its values are not in the settings, but in a file that is
kept and never committed: random ones are made when the manifests are written, others are written there by people."""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component
from k8s.objects import construct_id, metadata
from settings.load import BadDeploymentFile
from settings.problems import Problem

GENERATED = "<generated when the manifests are written>"
GENERATED_KEYS = "pergola/generated"
"""Annotation that names the keys whose values are in the kept file: they differ from checkout to checkout, and are no
change."""
BYTES = 32


class LocalSecret(k8s.KubeSecret):
    """`object_name`. Immutable: other values than those that the cluster has are refused there, not half in force."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        generated: Sequence[str],
        issued: Sequence[str] = (),
        values: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        """
        Args:
            component: Whose Secret it is.
            generated: Keys whose values are random text.
            issued: Keys that others issue: empty, until somebody writes them into the kept file.
            values: Keys whose values are known and no secret, such as a user's name.
            name: Left out: the component's.
        """
        self.object_name = name or component.name
        super().__init__(
            scope,
            construct_id("Secret", component, name),
            metadata=metadata(
                component, name, annotations={GENERATED_KEYS: ",".join(sorted((*generated, *issued)))}
            ),
            immutable=True,
            string_data={
                **dict.fromkeys(generated, GENERATED),
                **dict.fromkeys(issued, ""),
                **(values or {}),
            },
        )


def filled(manifests: Sequence[dict[str, Any]], kept: Path) -> list[dict[str, Any]]:
    """The manifests with the values of the kept file.

    Args:
        manifests: As rendered.
        kept: File that keeps the values, so that the next run writes the same; made for the owner alone if missing.

    Raises:
        BadDeploymentFile: The kept file is damaged.
    """
    known = _known(kept)
    before = dict(known)
    result = [_filled(manifest, known) for manifest in manifests]
    if known != before:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(known, indent=2) + "\n")
    return result


def _known(kept: Path) -> dict[str, str]:
    """Values by namespace, name and key."""
    if not kept.exists():
        return {}
    found, line = None, 1
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        line = error.lineno
    except UnicodeDecodeError:
        pass
    except OSError as error:
        message = f"cannot be read ({error.strerror}); check its permissions"
        raise BadDeploymentFile(str(Problem(kept, line, (), message))) from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        message = (
            "is no JSON of texts, and the cluster's volumes take the passwords that it kept; restore it, copy them "
            "from the Secrets in the cluster, or delete it and the volumes' claims"
        )
        raise BadDeploymentFile(str(Problem(kept, line, (), message)))
    return found


def _filled(manifest: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    about = manifest["metadata"]
    keys = about.get("annotations", {}).get(GENERATED_KEYS) if manifest["kind"] == "Secret" else None
    if keys is None:
        return manifest
    data = dict(manifest["stringData"])
    for key in keys.split(","):
        first = secrets.token_urlsafe(BYTES) if data[key] == GENERATED else data[key]
        name = f"{about['namespace']}/{about['name']}/{key}"
        data[key] = known[name] = known.get(name) or first
    return {**manifest, "stringData": data}
