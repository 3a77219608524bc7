"""Makes a task's containers out of its definition: all that can be refused before the first one starts."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from commands.local.emulator.tasks import environment, isolation, volumes
from commands.local.emulator.tasks.container import Container, HealthCheck, health_arguments
from commands.local.emulator.tasks.failures import StartError
from commands.local.emulator.tasks.logs import Log
from commands.local.emulator.tasks.programs import NotRunHereError, Program, Programs
from commands.local.emulator.tasks.records import Record, identity
from commands.local.emulator.tasks.status import Status, Substitution
from commands.local.emulator.tasks.substitutions import database_of, substitute

FOLDER = "tasks"
ENDPOINT = "AWS_ENDPOINT_URL"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What all tasks of an emulator share."""

    state: Path
    programs: Programs
    status: Status


class Planner:
    """Makes one task's plan; `tokens` takes those of the containers' metadata, also where the plan fails."""

    def __init__(
        self,
        *,
        machine: Machine,
        record: Record,
        definition: Record,
        address: str,
        region: str,
        tokens: list[str],
    ) -> None:
        self._machine = machine
        self._record = record
        self._definition = definition
        self._address = address
        self._region = region
        self._folder = task_folder(machine, record)
        self._refusal = isolation.refusal()
        self._tokens = tokens

    def plan(self, overrides: list[Record]) -> dict[str, Container]:
        """The containers by name, in the order of the definition; raises `StartError`."""
        if self._refusal:
            self._machine.status.remark(
                f"containers run as ordinary programs, not closed in, and nothing is read-only: {self._refusal}"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        programs = {each["name"]: self._program(each) for each in self._definition["containerDefinitions"]}
        folders = volumes.folders(self._definition, state=self._machine.state, task=self._folder)
        containers = {}
        for each in self._definition["containerDefinitions"]:
            override = next((one for one in overrides if one.get("name") == each["name"]), {})
            containers[each["name"]] = self._container(each, override, programs[each["name"]], folders)
        return containers

    def _program(self, definition: Record) -> Program:
        try:
            return self._machine.programs.program(definition["image"])
        except NotRunHereError as error:
            self._machine.status.not_run(
                container=definition["name"], image=definition["image"], why=str(error)
            )
            raise StartError(f"CannotPullContainerError: {error}", container=definition["name"]) from None

    def _container(
        self, definition: Record, override: Record, program: Program, folders: dict[str, Path]
    ) -> Container:
        name = definition["name"]
        mounts = self._mounts(definition, folders)
        added, token = environment.injected(self._record, definition, self._definition, region=self._region)
        self._tokens.append(token)
        given = environment.variables(
            definition,
            override=override,
            program=program,
            injected=added,
            home=isolation.HOME if not self._refusal else str(self._private(name, "home")),
        )
        variables, made = substitute(
            given,
            container=name,
            trust=self._machine.programs.trust(),
            database=database_of(str(self._record["clusterArn"]).rpartition("/")[2]),
        )
        made.append(
            Substitution(
                container=name, variable=ENDPOINT, was="the endpoints of the AWS SDK", now=added[ENDPOINT]
            )
        )
        self._machine.status.substituted(made)
        if self._refusal:
            variables = environment.with_folders(variables, folders={each.at: each.folder for each in mounts})
        arguments = environment.arguments(
            definition, override=override, program=program, address=self._address
        )
        self._check_program(arguments[0], path=variables["PATH"], container=name)
        return Container(
            name=name,
            arguments=arguments,
            environment=variables,
            sandbox=self._sandbox(definition, program, mounts),
            log=Log(
                definition=definition,
                task_id=self._folder.name,
                file=self._folder / f"{name}.log",
                account=self._record["taskArn"].split(":")[4],
                region=self._region,
            ),
            health_check=self._health_check(definition, program),
        )

    def _mounts(self, definition: Record, folders: dict[str, Path]) -> tuple[isolation.Mount, ...]:
        mounts = []
        for each in definition.get("mountPoints") or ():
            if each["sourceVolume"] not in folders:
                raise StartError(
                    f"CannotCreateContainerError: volume {each['sourceVolume']} is not in the task definition",
                    container=definition["name"],
                )
            mounts.append(
                isolation.Mount(
                    at=each["containerPath"].rstrip("/"),
                    folder=folders[each["sourceVolume"]],
                    read_only=bool(each.get("readOnly")),
                )
            )
        return tuple(mounts)

    def _sandbox(
        self, definition: Record, program: Program, mounts: tuple[isolation.Mount, ...]
    ) -> isolation.Sandbox:
        name = definition["name"]
        directory = definition.get("workingDirectory") or program.directory
        user, capabilities = isolation.user(definition), isolation.capabilities(definition)
        needed = [program.python, program.directory]
        if user and isolation.is_root() and not isolation.readable(needed, uid=user[0], gid=user[1]):
            self._machine.status.remark(f"{name} runs as root: its user {user[0]} may not read {needed[1]}")
            user = None
        if isolation.is_root() and not isolation.readable(needed, uid=0, gid=0):
            capabilities = (*capabilities, *isolation.READ_ANYTHING)
        return isolation.Sandbox(
            root=self._private(name, "root"),
            mounts=mounts,
            read_only=bool(definition.get("readonlyRootFilesystem")),
            visible=isolation.visible(python=program.python, directory=program.directory),
            directory=directory,
            user=user,
            capabilities=capabilities,
            limits=isolation.limits(definition),
            namespaces=self._refusal is None,
        )

    def _health_check(self, definition: Record, program: Program) -> HealthCheck | None:
        check = definition.get("healthCheck") or {}
        words = health_arguments(check["command"]) if check.get("command") else None
        if not words:
            return None
        ports = [int(each["containerPort"]) for each in definition.get("portMappings") or ()]
        local = environment.at_address(words, ports=ports, address=self._address)
        if local != words:
            changed = Substitution(
                container=definition["name"],
                variable="(health check)",
                was="the container's loopback",
                now="the task's own address",
            )
            self._machine.status.substituted([changed])
        return HealthCheck.of(check, environment.with_python(local, program))

    def _check_program(self, word: str, *, path: str, container: str) -> None:
        if shutil.which(word, path=path) is None:
            raise StartError(
                "CannotStartContainerError: Error response from daemon: failed to create task for container: "
                f'exec: "{word}": executable file not found in $PATH',
                container=container,
            )

    def _private(self, container: str, what: str) -> Path:
        folder = self._folder / what / container
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def task_folder(machine: Machine, record: Record) -> Path:
    """The task's own folder: its logs, and its volumes while it lives."""
    return machine.state / FOLDER / identity(record)
