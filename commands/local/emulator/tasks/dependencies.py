"""`dependsOn`: whether a container may start, must wait, or never will."""

import time
from typing import Any

from commands.local.emulator.tasks.container import Container, Health
from commands.local.emulator.tasks.failures import StartError

SECONDS_TO_START = 180.0
"""Fargate's, where a container has no `startTimeout`."""


def may_start(definition: dict[str, Any], *, others: dict[str, tuple[dict[str, Any], Container]]) -> bool:
    """Whether all that the container waits for is there; raises `StartError` where that cannot be any more.

    `others`: name → definition and container of each in the task.
    """
    name = definition["name"]
    return all(
        _is_met(name, each["condition"], *others[each["containerName"]])
        for each in definition.get("dependsOn") or ()
    )


def in_order_of_stopping(definitions: list[dict[str, Any]]) -> list[list[str]]:
    """Names in groups: those that others wait for stop after these."""
    waiting = {
        each["name"]: {on["containerName"] for on in each.get("dependsOn") or ()} for each in definitions
    }
    groups = []
    while waiting:
        wanted = set().union(*waiting.values())
        group = [name for name in waiting if name not in wanted] or list(waiting)
        groups.append(group)
        for name in group:
            del waiting[name]
    return groups


def _is_met(name: str, condition: str, definition: dict[str, Any], on: Container) -> bool:
    code = on.exit_code
    if not on.is_started:
        return False
    if condition == "START":
        return True
    if condition == "HEALTHY" and code is None and on.health is Health.HEALTHY:
        return True
    if condition == "COMPLETE" and code is not None:
        return True
    if condition == "SUCCESS" and code == 0:
        return True
    if condition in ("SUCCESS", "HEALTHY") and code is not None:
        raise _unresolved(
            name,
            f"failed to resolve container ordering dependency [{on.name}] for target [{name}] "
            "as dependency did not exit successfully.",
        )
    if time.monotonic() - on.started_at > float(definition.get("startTimeout") or SECONDS_TO_START):
        raise _unresolved(
            name, f"container ordering dependency [{on.name}] for target [{name}] has timed out."
        )
    return False


def _unresolved(name: str, what: str) -> StartError:
    return StartError("Task failed to start", container=name, detail=f"dependency graph: {what}")
