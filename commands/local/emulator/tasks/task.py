"""One task of ECS on this machine, from PROVISIONING to STOPPED, on a thread of its own."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ministack.core.concurrency import resource_lock
from ministack.core.responses import now_iso
from ministack.services import ecs, ecs_metadata

from commands.local.emulator.tasks import records, targets
from commands.local.emulator.tasks.addresses import Addresses, NoAddressError
from commands.local.emulator.tasks.container import Container, Health
from commands.local.emulator.tasks.dependencies import in_order_of_stopping, may_start
from commands.local.emulator.tasks.events import tell
from commands.local.emulator.tasks.failures import StartError, resource_initialization
from commands.local.emulator.tasks.plan import Machine, Planner, task_folder
from commands.local.emulator.tasks.records import Record

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_BETWEEN_LOOKS_AT_TARGETS = 0.5
SECONDS_TO_STOP = 30.0
"""Fargate's, where a container has no `stopTimeout`."""
SECONDS_TO_STOP_IN_A_HURRY = 2.0
STEADY_SECONDS = 1.0
"""How long a task without any health check has to run to count as started."""
EXITED, NOT_STARTED = "EssentialContainerExited", "TaskFailedToStart"
BY_SCHEDULER, BY_USER = "ServiceSchedulerInitiated", "UserInitiated"
LEFT_BEHIND = ("volumes", "home", "root")

logger = logging.getLogger("ecs")


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why a task is to stop; `failed`: this counts against its deployment."""

    reason: str
    code: str
    failed: bool = False


class Task:
    """`record` is ministack's, which the API describes; `run` belongs to the task's thread."""

    def __init__(
        self,
        *,
        machine: Machine,
        addresses: Addresses,
        record: Record,
        definition: Record,
        overrides: list[Record],
        region: str,
        ended: Callable[["Task", Stop], None],
        healthy: Callable[["Task"], None],
    ) -> None:
        self.record = record
        self.definition = definition
        self.stop: Stop | None = None
        self._machine = machine
        self._addresses = addresses
        self._overrides = overrides
        self._region = region
        self._tell_ended = ended
        self._tell_healthy = healthy
        self._address: str | None = None
        self._containers: dict[str, Container] = {}
        self._tokens: list[str] = []
        self._running_since: float | None = None
        self._was_healthy = False
        self._targets: dict[str, tuple[str, str]] = {}
        self._targets_seen_at = 0.0
        self._hurry = False
        self._wake = threading.Event()

    @property
    def arn(self) -> str:
        return str(self.record["taskArn"])

    def ask_to_stop(self, stop: Stop, *, hurry: bool = False) -> None:
        """Begin to stop it; returns at once. `hurry`: without waiting for open requests."""
        with resource_lock("ecs-task", self.arn):
            self._hurry = self._hurry or hurry
            first = self.stop is None
            if first:
                self.stop = stop
                records.begin_to_stop(self.record, reason=stop.reason, code=stop.code)
        if first:
            records.refresh_service(self.record)
        self._wake.set()

    def run(self) -> None:
        """The task's whole life."""
        try:
            self._start()
            while not self.stop:
                self._look()
                self._wake.wait(SECONDS_BETWEEN_LOOKS)
        except StartError as error:
            records.note_container(self.record, error.container, reason=error.detail or str(error))
            self.ask_to_stop(Stop(reason=str(error), code=NOT_STARTED, failed=True))
        except Exception as error:
            logger.exception("ECS: task %s", self.arn)
            self.ask_to_stop(
                Stop(reason=str(resource_initialization(str(error))), code=NOT_STARTED, failed=True)
            )
        finally:
            self._end()

    # Start

    def _start(self) -> None:
        try:
            self._address = self._addresses.take(ports=self._ports())
        except NoAddressError as error:
            raise resource_initialization(str(error)) from None
        records.attach(self.record, address=self._address, subnet=self.record.get("_subnet"))
        ecs._mark_task_pending(self.arn, self.record)
        self._containers = Planner(
            machine=self._machine,
            record=self.record,
            definition=self.definition,
            address=self._address,
            region=self._region,
            tokens=self._tokens,
        ).plan(self._overrides)
        ecs._mark_task_activating(self.arn, self.record)
        while not self.stop and not all(each.is_started for each in self._containers.values()):
            self._start_those_that_may()
            self._look_at_containers()
            self._wake.wait(SECONDS_BETWEEN_LOOKS)
        if not self.stop and ecs._mark_task_running(self.arn, self.record):
            self._running_since = time.monotonic()

    def _start_those_that_may(self) -> None:
        definitions = self.definition["containerDefinitions"]
        others = {each["name"]: (each, self._containers[each["name"]]) for each in definitions}
        for each in definitions:
            container = self._containers[each["name"]]
            if not container.is_started and may_start(each, others=others):
                container.start()
                records.note_container(
                    self.record,
                    each["name"],
                    lastStatus="RUNNING",
                    runtimeId=f"{records.identity(self.record)}-{container.pid}",
                )

    def _ports(self) -> list[int]:
        definitions = self.definition["containerDefinitions"]
        return [
            int(each["containerPort"])
            for definition in definitions
            for each in definition.get("portMappings") or ()
        ]

    # While it runs

    def _look(self) -> None:
        if ecs._tasks.get(self.arn) is not self.record:
            self.ask_to_stop(Stop(reason="forgotten", code=BY_USER), hurry=True)
            return
        self._look_at_containers()
        service = records.service_of(self.record)
        if service and not self.stop:
            self._look_at_targets(service)
            self._judge(service)

    def _look_at_containers(self) -> None:
        for definition in self.definition["containerDefinitions"]:
            container = self._containers[definition["name"]]
            code = container.exit_code
            if code is not None:
                records.note_container(self.record, container.name, lastStatus="STOPPED", exitCode=code)
                if definition.get("essential", True):
                    self.ask_to_stop(
                        Stop(reason="Essential container in task exited", code=EXITED, failed=True)
                    )
            else:
                records.note_container(self.record, container.name, healthStatus=str(container.health))
        self.record["healthStatus"] = str(self._health())

    def _health(self) -> Health:
        """The task's: that of its essential containers that have a health check."""
        checked = {
            self._containers[each["name"]].health
            for each in self.definition["containerDefinitions"]
            if each.get("essential", True) and each.get("healthCheck")
        }
        for worst in (Health.UNHEALTHY, Health.UNKNOWN):
            if worst in checked:
                return worst
        return Health.HEALTHY if checked else Health.UNKNOWN

    def _look_at_targets(self, service: Record) -> None:
        now = time.monotonic()
        if self._address and now - self._targets_seen_at >= SECONDS_BETWEEN_LOOKS_AT_TARGETS:
            self._targets_seen_at = now
            seen = targets.health(service, address=self._address)
            self._targets = self._targets if seen is None else seen

    def _judge(self, service: Record) -> None:
        """Count the task as started, or have it replaced."""
        assert self._running_since is not None
        age = time.monotonic() - self._running_since
        health = self._health()
        unhealthy = [group for group, (state, _) in self._targets.items() if state == "unhealthy"]
        if age > float(service.get("healthCheckGracePeriodSeconds") or 0):
            if health is Health.UNHEALTHY:
                self._give_up(service, "Task failed container health checks")
                return
            if unhealthy:
                why = self._targets[unhealthy[0]][1]
                tell(
                    service,
                    f"(target {self._address}) is unhealthy in (target-group {unhealthy[0]}) due to (reason {why})",
                )
                self._give_up(service, f"Task failed ELB health checks in (target-group {unhealthy[0]})")
                return
        if self._was_healthy:
            return
        checked = any(each.get("healthCheck") for each in self.definition["containerDefinitions"])
        groups = {each["targetGroupArn"] for each in service.get("loadBalancers") or ()}
        if checked and health is not Health.HEALTHY:
            return
        if any(self._targets.get(group, ("", ""))[0] != "healthy" for group in groups):
            return
        if not checked and not groups and age < STEADY_SECONDS:
            return
        self._was_healthy = True
        self._tell_healthy(self)

    def _give_up(self, service: Record, reason: str) -> None:
        tell(service, f"(task {records.identity(self.record)}) {reason[0].lower()}{reason[1:]}")
        self.ask_to_stop(Stop(reason=reason, code=BY_SCHEDULER, failed=not self._was_healthy))

    # End

    def _end(self) -> None:
        try:
            self._wait_for_open_requests()
            records.change(self.record, lastStatus="STOPPING")
            for names in in_order_of_stopping(self.definition["containerDefinitions"]):
                self._stop_containers([name for name in names if name in self._containers])
        finally:
            self._leave()
            self._tell_ended(self, self.stop or Stop(reason="", code=BY_USER))

    def _leave(self) -> None:
        """Give back all that the task had."""
        records.change(self.record, lastStatus="DEPROVISIONING", executionStoppedAt=now_iso())
        for token in self._tokens:
            ecs_metadata.unregister_token(token)
        if self._address:
            self._addresses.give_back(self._address)
        for name in LEFT_BEHIND:
            shutil.rmtree(task_folder(self._machine, self.record) / name, ignore_errors=True)
        records.note_end(self.record)
        records.refresh_service(self.record)

    def _wait_for_open_requests(self) -> None:
        """Until the load balancer has let go of the task, which it was told by the refresh of the service."""
        service = records.service_of(self.record)
        if not (service and self._address and self._running_since):
            return
        while not self._hurry and self._serves():
            states = targets.health(service, address=self._address)
            if states is not None and all(state in targets.GONE for state, _ in states.values()):
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _serves(self) -> bool:
        return all(
            self._containers[each["name"]].exit_code is None
            for each in self.definition["containerDefinitions"]
            if each.get("essential", True)
        )

    def _stop_containers(self, names: list[str]) -> None:
        definitions = {each["name"]: each for each in self.definition["containerDefinitions"]}
        for name in names:
            self._containers[name].ask_to_stop()
        began = time.monotonic()
        for name in names:
            container = self._containers[name]
            allowed = float(definitions[name].get("stopTimeout") or SECONDS_TO_STOP)
            while container.is_started and container.exit_code is None:
                if time.monotonic() - began > (SECONDS_TO_STOP_IN_A_HURRY if self._hurry else allowed):
                    container.kill()
                time.sleep(SECONDS_BETWEEN_LOOKS / 2)
            container.finish()
            records.note_container(self.record, name, lastStatus="STOPPED", exitCode=container.exit_code)
