"""Credentials in Secrets Manager, read with errors that never show a value."""

import json
from dataclasses import dataclass
from typing import Any

from answer import Refused


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A user name and a password, and the whole secret that they stand in."""

    username: str
    password: str
    fields: dict[str, Any]

    def __repr__(self) -> str:
        """Without the password, should a traceback ever show it."""
        return f"Credentials(username={self.username!r})"


def read_credentials(client: Any, *, secret_id: str, **version: str) -> Credentials:
    """The credentials in a secret; `version` as for `get_secret_value`, left out: the current one."""
    text = client.get_secret_value(SecretId=secret_id, **version).get("SecretString", "")
    try:
        fields = json.loads(text)
    except json.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused(
            f"secret {secret_id} is no JSON object; store an object with username and password in it"
        )
    for key in ("username", "password"):
        if not isinstance(fields.get(key), str) or not fields[key]:
            raise Refused(
                f"secret {secret_id} has no {key}; store an object with username and password in it"
            )
    return Credentials(username=fields["username"], password=fields["password"], fields=fields)
