"""CloudFormation and services: what ministack leaves out of the request, and the wait until a service is stable."""

import time
from functools import partial
from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from commands.local.emulator.tasks.scheduler import Scheduler

TYPE = "AWS::ECS::Service"
BLOCKING = frozenset({TYPE})
SECONDS_BETWEEN_LOOKS = 0.1
LONGEST_WAIT_SECONDS = 1800.0
LEFT_OUT = {
    "HealthCheckGracePeriodSeconds": "healthCheckGracePeriodSeconds",
    "EnableExecuteCommand": "enableExecuteCommand",
    "EnableECSManagedTags": "enableECSManagedTags",
    "PropagateTags": "propagateTags",
    "PlatformVersion": "platformVersion",
}
TRIGGERED = (
    'Resource handler returned message: "Error occurred during operation '
    "'ECS Deployment Circuit Breaker was triggered'.\""
)

Made = tuple[str, dict[str, str]]
Properties = dict[str, Any]


def install(scheduler: Scheduler) -> None:
    """Put it around ministack's handlers."""
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    handlers["create"] = partial(_create, handlers["create"], scheduler)
    handlers["update"] = partial(_update, handlers["update"], scheduler)
    handlers["delete"] = partial(_delete, handlers["delete"], scheduler)


def _create(native: Any, scheduler: Scheduler, logical_id: str, properties: Properties, stack: str) -> Made:
    arn, attributes = native(logical_id, properties, stack)
    service = _service(arn)
    service.update({ours: properties[name] for name, ours in LEFT_OUT.items() if name in properties})
    _wait_until_stable(scheduler, service)
    return arn, attributes


def _update(
    native: Any, scheduler: Scheduler, physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Made:
    made: Made = native(physical_id, old, new, *rest)
    _wait_until_stable(scheduler, _service(physical_id))
    return made


def _delete(native: Any, scheduler: Scheduler, physical_id: str, properties: Properties) -> None:
    native(physical_id, properties)
    while scheduler.has_tasks_of(physical_id):
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _service(arn: str) -> dict[str, Any]:
    service: dict[str, Any] = ecs._services["/".join(arn.split("/")[-2:])]
    return service


def _wait_until_stable(scheduler: Scheduler, service: dict[str, Any]) -> None:
    """Raises what CloudFormation says when the circuit breaker has stopped the deployment."""
    awaited = (ecs._primary_deployment(service) or {}).get("id")
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while scheduler.is_on and not scheduler.not_run_here(service):
        primary = ecs._primary_deployment(service) or {}
        if primary.get("id") != awaited or primary.get("rolloutState") == "FAILED":
            raise ValueError(TRIGGERED)
        if primary.get("rolloutState") == "COMPLETED":
            return
        if time.monotonic() > deadline:
            raise ValueError(f"Exceeded attempts to wait: {service['serviceName']} did not stabilize")
        time.sleep(SECONDS_BETWEEN_LOOKS)
