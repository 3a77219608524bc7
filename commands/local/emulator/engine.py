"""Puts CloudFormation's checks before ministack's engine: schemas, what replaces a resource, the table's own."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_region
from ministack.services.cloudformation import provisioners, stacks

from commands.local.emulator import schemas
from commands.local.emulator.rebinding import rebind
from commands.local.emulator.rows import Check
from commands.local.emulator.validation import problems

Made = tuple[str, dict[str, str]]
provision: Callable[..., Made] = provisioners._provision_resource
change: Callable[..., Made] = provisioners._update_resource
on_worker: Callable[[str], bool] = stacks._runs_on_worker_thread


class Engine:
    """The checks, and the functions that stand in ministack's place."""

    def __init__(self, *, checks: Mapping[str, tuple[Check, ...]], blocking: frozenset[str]) -> None:
        self.checks = checks
        self.blocking = blocking

    def install(self) -> None:
        rebind(provision, self.provision)
        rebind(change, self.change)
        rebind(on_worker, self.runs_on_worker_thread)
        rebind(provisioners._replacing_change, self.replaces)
        rebind(provisioners._property_recreation, self.recreation)

    def provision(self, resource_type: str, logical_id: str, properties: dict[str, Any], stack: str) -> Made:
        self.check(resource_type, properties)
        return provision(resource_type, logical_id, properties, stack)

    def change(
        self, resource_type: str, physical_id: str, before: dict[str, Any], after: dict[str, Any], *rest: Any
    ) -> Made:
        if before != after:
            self.check(resource_type, after)
        return change(resource_type, physical_id, before, after, *rest)

    def check(self, resource_type: str, properties: dict[str, Any]) -> None:
        """Raise what CloudFormation would say of these properties."""
        own = without_system_tags(properties)
        schema = schemas.schema(resource_type, region=get_region())
        found = problems(own, schema) if schema else []
        if found:
            raise ValueError(
                f"Properties validation failed for resource of type {resource_type}: {'; '.join(found)}"
            )
        for check in self.checks.get(resource_type, ()):
            refusal = check(own)
            if refusal:
                raise ValueError(f"{refusal} (Service: {resource_type.split('::')[1]}, Status Code: 400)")

    def runs_on_worker_thread(self, resource_type: str) -> bool:
        return resource_type in self.blocking or on_worker(resource_type)

    @staticmethod
    def replaces(resource_type: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
        return schemas.replaces(resource_type, before, after, region=get_region())

    @staticmethod
    def recreation(resource_type: str, name: str) -> str:
        return schemas.recreation(resource_type, name, region=get_region())


def without_system_tags(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties without the `aws:` tags that the engine adds, which no template could carry."""

    def cleaned(value: Any) -> Any:
        if isinstance(value, list):
            return [each for each in value if not _is_system_tag(each)]
        if isinstance(value, dict):
            return {key: each for key, each in value.items() if not key.startswith("aws:cloudformation:")}
        return value

    result = {name: cleaned(value) if name.endswith("Tags") else value for name, value in properties.items()}
    # The engine gives every type of its tag table a list of tags; one that had none in the template has none here.
    return {name: value for name, value in result.items() if value or value == properties[name]}


def _is_system_tag(value: Any) -> bool:
    return isinstance(value, dict) and str(value.get("Key", "")).startswith("aws:cloudformation:")
