"""Defect: a task definition keeps the template's capital letters for volumes, secrets and more, and drops some.

ECS's API answers `valueFrom` where a template says `ValueFrom`. What asks it for a task definition, as a runner
of containers does, would find no secret.
"""

from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

TYPE = "AWS::ECS::TaskDefinition"
FREE_KEYS = frozenset({"DockerLabels", "Options", "DriverOpts", "Labels"})
"""Members that are maps of the user's own keys."""
IRREGULAR = {"EFSVolumeConfiguration": "efsVolumeConfiguration", "FilesystemId": "fileSystemId", "IAM": "iam"}
KEPT_APART = frozenset({"Family", "Tags", "RequiresCompatibilities"})


def camel(value: Any) -> Any:
    """The value with each of AWS's own names in the API's spelling."""
    if isinstance(value, list):
        return [camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        IRREGULAR.get(name, name[0].lower() + name[1:]): each if name in FREE_KEYS else camel(each)
        for name, each in value.items()
    }


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    native = handlers["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        made: tuple[str, dict[str, str]] = native(logical_id, properties, stack)
        definition = ecs._task_defs[made[0].rpartition("/")[2]]
        definition.update(camel({key: each for key, each in properties.items() if key not in KEPT_APART}))
        return made

    handlers["create"] = create
