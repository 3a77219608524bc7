"""Fills a secret that people fill, at the moment when it is made: the first task then starts with its values.

What goes in stands in `secrets.json` of the emulator's folder while `make try` deploys: secret's name → JSON fields.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

FILE = "secrets.json"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type


def install(state: Path) -> None:
    """Look into `state` whenever a template makes a secret."""
    handlers = provisioners._RESOURCE_HANDLERS[SECRET]
    handlers["create"] = partial(_create, handlers["create"], state / FILE)


def _create(native: Any, file: Path, logical_id: str, properties: dict[str, Any], stack: str) -> Any:
    made = native(logical_id, properties, stack)
    fields = _given(file).get(properties.get("Name", ""))
    if fields is not None:
        status, _, body = secretsmanager._put_secret_value(
            {"SecretId": made[0], "SecretString": json.dumps(fields)}
        )
        if status >= 400:
            raise ValueError(f"the secret cannot be filled: {body!r}")
    return made


def _given(file: Path) -> dict[str, dict[str, str]]:
    try:
        given: dict[str, dict[str, str]] = json.loads(file.read_text())
    except OSError:
        return {}
    return given
