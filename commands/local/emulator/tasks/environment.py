"""What a container's program is given: its environment and its command."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ministack.services import ecs

from commands.local.emulator.tasks.failures import StartError
from commands.local.emulator.tasks.programs import Program
from commands.local.emulator.tasks.references import resolve

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FARGATE = "AWS_ECS_FARGATE"
PYTHON = ("python", "python3")
LOOPBACK = ("127.0.0.1", "localhost", "0.0.0.0", "[::1]")  # noqa: S104 - names in a health check


def variables(
    definition: Mapping[str, Any],
    *,
    override: Mapping[str, Any],
    program: Program,
    injected: Mapping[str, str],
    home: str,
) -> dict[str, str]:
    """The environment: the image's, what ECS adds, then the definition's. Raises `StartError`."""
    plain, secrets = definition.get("environment") or [], definition.get("secrets") or []
    overriding = override.get("environment") or []
    if any(not each.get("name") for each in (*plain, *secrets, *overriding)):
        raise StartError(
            "CannotCreateContainerError: Error response from daemon: invalid environment variable: the name is empty",
            container=definition["name"],
        )
    return {
        "PATH": f"{Path(program.python).parent}:{PATH}",
        "HOME": home,
        "LANG": "C.UTF-8",
        **program.environment,
        **injected,
        **_values(plain),
        **resolve(secrets),
        **_values(overriding),
    }


def _values(given: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {each["name"]: str(each.get("value") or "") for each in given}


def injected(
    task: Mapping[str, Any], definition: Mapping[str, Any], task_definition: Mapping[str, Any], *, region: str
) -> tuple[dict[str, str], str]:
    """What ECS adds to each container, and the token of its metadata endpoint."""
    added: dict[str, str] = {}
    token = ecs._register_metadata(
        task["taskArn"],
        task["clusterArn"],
        task_definition,
        definition,
        task.get("launchType") or "FARGATE",
        added,
        True,
        None,
    )
    return {
        "ECS_CONTAINER_METADATA_URI_V4": added["ECS_CONTAINER_METADATA_URI_V4"],
        "AWS_EXECUTION_ENV": FARGATE,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        # The emulator takes an access key of twelve digits for the account; a task's role has no say in it.
        "AWS_ACCESS_KEY_ID": task["taskArn"].split(":")[4],
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
    }, token


def arguments(
    definition: Mapping[str, Any], *, override: Mapping[str, Any], program: Program, address: str
) -> list[str]:
    """The command: the task's, else the definition's, else the program's own."""
    command = override.get("command") or definition.get("command")
    entry = definition.get("entryPoint") or []
    if not entry and not command:
        return [word.format(python=program.python, address=address) for word in program.command]
    return with_python([*entry, *(command or [])], program)


def with_python(words: Sequence[str], program: Program) -> list[str]:
    """The words with the image's `python` as the first one."""
    first, *rest = words
    return [program.python if first in PYTHON else first, *rest]


def at_address(words: Sequence[str], *, ports: Sequence[int], address: str) -> list[str]:
    """A health check's words with the task's address for the container's own loopback."""
    changed = []
    for word in words:
        for port in ports:
            for host in LOOPBACK:
                word = word.replace(f"{host}:{port}", f"{address}:{port}")
        changed.append(word)
    return changed


def with_folders(environment: Mapping[str, str], *, folders: Mapping[str, Path]) -> dict[str, str]:
    """The environment with folders of this machine for a container's paths. `folders`: path → folder."""
    longest_first = sorted(folders, key=len, reverse=True)

    def local(value: str) -> str:
        for path in longest_first:
            if value == path or value.startswith(f"{path}/"):
                return str(folders[path]) + value[len(path) :]
        return value

    result = {name: local(value) for name, value in environment.items()}
    if "/tmp" in folders:  # noqa: S108 - a path of the container
        result["TMPDIR"] = str(folders["/tmp"])  # noqa: S108
    return result
