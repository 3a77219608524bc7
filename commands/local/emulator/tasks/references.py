"""Values that a task definition names by reference: secrets of Secrets Manager and parameters of Systems Manager."""

import json
from collections.abc import Iterable
from typing import Any

from ministack.services import secretsmanager, ssm

from commands.local.emulator.tasks.failures import StartError, resource_initialization

RETRIED = "service call has been retried 1 time(s)"
PULL = "unable to pull secrets or registry auth: execution resource retrieval failed"
FIELDS_OF_AN_ARN = 7
CURRENT = "AWSCURRENT"


def resolve(references: Iterable[dict[str, str]]) -> dict[str, str]:
    """Variable → value of a container's `secrets`; raises `StartError`."""
    return {each["name"]: value(each["valueFrom"]) for each in references}


def value(reference: str) -> str:
    """The value behind one `valueFrom`; raises `StartError`, never with a value in it."""
    return _secret(reference) if ":secretsmanager:" in reference else _parameter(reference)


def _secret(reference: str) -> str:
    fields = reference.split(":")
    arn = ":".join(fields[:FIELDS_OF_AN_ARN])
    key, stage, version = (*fields[FIELDS_OF_AN_ARN:], "", "", "")[:3]
    found = secretsmanager.resolve_secret_string(arn, stage or CURRENT, version or None)
    if found is None:
        raise _refused(
            f"unable to retrieve secret from asm: {RETRIED}: failed to fetch secret {arn} from secrets manager: "
            f"ResourceNotFoundException: {_absence(arn, stage=stage, version=version)}"
        )
    return _field(found, key) if key else str(found)


def _absence(arn: str, *, stage: str, version: str) -> str:
    if version or secretsmanager._resolve(arn, use_arn_scope=True)[1]:
        wanted = f"VersionId: {version}" if version else f"staging label: {stage or CURRENT}"
        return f"Secrets Manager can't find the specified secret value for {wanted}"
    return "Secrets Manager can't find the specified secret."


def _field(text: str, key: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _refused(f"unable to retrieve secret from asm: {RETRIED}: the secret is no JSON object")
    if key not in document:
        raise _refused(
            f"unable to retrieve secret from asm: {RETRIED}: "
            f"retrieved secret from Secrets Manager did not contain json key {key}"
        )
    return _text(document[key])


def _text(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found)


def _parameter(reference: str) -> str:
    found = ssm.resolve_parameter_value(reference, decrypt=True)
    if found is None:
        name = reference.partition(":parameter")[2] or reference
        raise _refused(f"unable to retrieve secrets from ssm: {RETRIED}: invalid ssm parameters: {name}")
    return str(found)


def _refused(what: str) -> StartError:
    return resource_initialization(f"{PULL}: {what}")
