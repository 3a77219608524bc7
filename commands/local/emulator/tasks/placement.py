"""Whether a service's tasks can be placed on this machine, and how many more of them."""

from ministack.services import ecs

from commands.local.emulator.tasks.events import tell
from commands.local.emulator.tasks.plan import Machine
from commands.local.emulator.tasks.programs import NotRunHereError
from commands.local.emulator.tasks.records import SERVICE, Record


def tasks_of(service: Record) -> list[Record]:
    """The records of a service's tasks, stopped ones among them."""
    return [
        task
        for task in list(ecs._tasks.values())
        if task.get("group") == f"{SERVICE}{service['serviceName']}"
        and task.get("clusterArn") == service.get("clusterArn")
    ]


def room(service: Record) -> int:
    """How many tasks `maximumPercent` still allows, those that stop counted."""
    configuration = service.get("deploymentConfiguration") or {}
    desired = int(service.get("desiredCount") or 0)
    most = max(1, desired * int(configuration.get("maximumPercent", 200)) // 100)
    return most - len([each for each in tasks_of(service) if each["lastStatus"] != "STOPPED"])


def not_run_here(service: Record, *, machine: Machine) -> str | None:
    """Why a service's tasks do not run on this machine, which is told once; nothing where they do."""
    definition = ecs._task_defs.get(ecs._resolve_td_key(service.get("taskDefinition") or ""))
    for each in (definition or {}).get("containerDefinitions", []):
        try:
            machine.programs.program(each["image"])
        except NotRunHereError as error:
            new = machine.status.not_run(container=each["name"], image=each["image"], why=str(error))
            if new:
                tell(service, f"was unable to place a task: {error}")
            return str(error)
    return None
