"""Defect: a secret that a template has generated may hold any character but those of `ExcludeCharacters`.

`ExcludePunctuation` and its kin count for nothing, so that a password breaks the address that it is put into. What asks
for a random password by the API is served well, so templates are served by the same.
"""

import json
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from commands.local.emulator.rebinding import rebind

Properties = dict[str, Any]

TEXTS = ("ExcludeCharacters", "GenerateStringKey", "SecretStringTemplate")

native = provisioners._sm_secret_string


def install() -> None:
    rebind(native, secret_string)


def secret_string(properties: Properties) -> str:
    """The secret's value as its template says."""
    wanted = properties.get("GenerateSecretString")
    if wanted is None or properties.get("SecretString"):
        return str(native(properties))
    asked = {name: _typed(name, value) for name, value in wanted.items()}
    status, _, body = secretsmanager._get_random_password(asked)
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(f"{answer['message']} (Service: SecretsManager, Status Code: {status})")
    password: str = answer["RandomPassword"]
    if "GenerateStringKey" not in wanted:
        return password
    return json.dumps({**json.loads(wanted["SecretStringTemplate"]), wanted["GenerateStringKey"]: password})


def _typed(name: str, value: Any) -> Any:
    """CloudFormation takes "true" and "32" for true and 32."""
    if name == "PasswordLength":
        return int(value)
    return value if name in TEXTS else str(value).lower() == "true"
