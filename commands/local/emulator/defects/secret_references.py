"""Defect: `Ref` of a secret is its name; CloudFormation gives its ARN, of which policies and permissions are made."""

from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import drift, provisioners

TYPE = "AWS::SecretsManager::Secret"
Made = tuple[str, dict[str, str]]
Properties = dict[str, Any]

_HANDLERS = provisioners._RESOURCE_HANDLERS[TYPE]
native_read, compared = drift._DRIFT_READERS[TYPE]
native_create, native_update, native_delete = (_HANDLERS[verb] for verb in ("create", "update", "delete"))


def install() -> None:
    _HANDLERS.update(create=create, update=update, delete=delete)
    drift._DRIFT_READERS[TYPE] = (read, compared)


def create(logical_id: str, properties: Properties, stack: str) -> Made:
    return _by_arn(native_create(logical_id, properties, stack))


def update(
    physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
) -> Made:
    return _by_arn(native_update(_name(physical_id) or physical_id, old, new, stack, logical_id))


def delete(physical_id: str, properties: Properties) -> None:
    name = _name(physical_id)
    if name is not None:
        native_delete(name, properties)


def read(physical_id: str, properties: Properties) -> Any:
    """What drift detection compares."""
    return native_read(_name(physical_id) or physical_id, properties)


def _by_arn(made: Made) -> Made:
    return made[1]["Id"], made[1]


def _name(arn: str) -> str | None:
    name: str | None = secretsmanager._resolve(arn)[0]
    return name
