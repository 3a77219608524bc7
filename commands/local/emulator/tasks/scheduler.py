"""Lets ministack's service scheduler run tasks: it believes that it has a Docker, and gets this machine's programs.

All of it is as it was while the table of programs is missing.
"""

import atexit
import logging
import threading
import time
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

from ministack.core.responses import get_account_id, get_region, json_response, request_scope
from ministack.services import ecs

from commands.local.emulator.tasks import placement
from commands.local.emulator.tasks.addresses import Addresses
from commands.local.emulator.tasks.events import tell
from commands.local.emulator.tasks.pauses import Pauses
from commands.local.emulator.tasks.plan import Machine
from commands.local.emulator.tasks.records import SERVICE, Record, identity, service_key, service_of
from commands.local.emulator.tasks.task import BY_SCHEDULER, BY_USER, Stop, Task

SECONDS_BETWEEN_LOOKS_AT_THE_SWITCH = 0.25
SECONDS_TO_END_ALL = 5.0
STARTING = ("PROVISIONING", "PENDING", "ACTIVATING")

logger = logging.getLogger("ecs")
DOCKER = SimpleNamespace(containers=SimpleNamespace(list=lambda **_: []))
"""What ministack takes for a Docker client: it starts no container of its own, so it finds none."""

native_run_task = ecs._run_task
native_stop_task = ecs._stop_task
native_reconcile = ecs._reconcile_service_tasks
native_make_deployment = ecs._make_deployment
native_needs_first_task = ecs._deployment_needs_first_task


class Scheduler:
    """Functions that stand in the place of ministack's, and the tasks that run."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._addresses = Addresses()
        self._tasks: dict[str, Task] = {}
        self._locks: defaultdict[tuple[str, str, str], threading.RLock] = defaultdict(threading.RLock)
        self._pauses = Pauses()
        self._closing = False
        self._stamp = machine.programs.stamp

    def install(self) -> None:
        ecs._get_docker = self.docker
        ecs._deployment_needs_first_task = self.needs_first_task
        ecs._make_deployment = self.make_deployment
        ecs._run_task = self.run_task_of_service
        ecs._run_task_worker = self.work
        ecs._stop_task = self.stop_by_scheduler
        ecs._ACTION_MAP["StopTask"] = self.stop_by_user
        ecs._reconcile_service_tasks = self.reconcile
        atexit.register(self.end_all)
        threading.Thread(target=self._follow_switch, daemon=True, name="tasks-switch").start()

    @property
    def is_on(self) -> bool:
        return self._machine.programs.is_on and not self._closing

    # In ministack's place

    def docker(self) -> SimpleNamespace | None:
        return DOCKER if self.is_on else None

    def needs_first_task(self, *arguments: Any) -> bool:
        """No registry is asked for an image's digest."""
        return not self.is_on and bool(native_needs_first_task(*arguments))

    def make_deployment(self, task_definition: str, desired_count: int, status: str = "PRIMARY") -> Record:
        deployment: Record = native_make_deployment(task_definition, desired_count, status)
        if self.is_on and desired_count:
            deployment.update(
                rolloutState="IN_PROGRESS",
                rolloutStateReason=f"ECS deployment {deployment['id']} in progress.",
            )
        return deployment

    def reconcile(self, cluster: str, key: str) -> None:
        """One at a time for each service: two would start the same task twice."""
        if not self.is_on:
            native_reconcile(cluster, key)
            return
        with self._locks[get_account_id(), get_region(), key]:
            service = ecs._services.get(key)
            if service:
                self._stop_those_not_started(service)
            native_reconcile(cluster, key)

    def run_task_of_service(self, request: Record) -> Any:
        """Start as many as there is room for; what stops still takes room."""
        group = str(request.get("group") or "")
        if not self.is_on or not group.startswith(SERVICE) or "_deploymentId" not in request:
            return native_run_task(request)
        cluster = ecs._resolve_cluster_name(request["cluster"])
        service = ecs._services.get(f"{cluster}/{group.removeprefix(SERVICE)}")
        count = min(int(request["count"]), placement.room(service)) if service else 0
        if count < 1 or not self._may_start(cluster, service, request["_deploymentId"]):
            return json_response({"tasks": [], "failures": []})
        before = {identity(each) for each in placement.tasks_of(service)}
        answer = native_run_task({**request, "count": count})
        started = [name for each in placement.tasks_of(service) if (name := identity(each)) not in before]
        tell(service, f"has started {len(started)} tasks: " + " ".join(f"(task {each})." for each in started))
        return answer

    def work(
        self,
        record: Record,
        definition: Record,
        overrides: list[Record],
        _docker: Any,
        account: str,
        region: str,
    ) -> None:
        """A task's thread."""
        with request_scope(account, region):
            task = Task(
                machine=self._machine,
                addresses=self._addresses,
                record=record,
                definition=definition,
                overrides=overrides,
                region=region,
                ended=self._ended,
                healthy=self._healthy,
            )
            self._tasks[task.arn] = task
            if record["desiredStatus"] == "STOPPED":
                task.ask_to_stop(Stop(reason=record.get("stoppedReason") or "", code=BY_USER))
            task.run()

    def stop_by_user(self, request: Record) -> Any:
        """StopTask."""
        return self._stop(request, Stop(reason=request.get("reason") or "Task stopped by user", code=BY_USER))

    def stop_by_scheduler(self, request: Record) -> Any:
        """What the service scheduler stops."""
        record = _asked(request)
        service = service_of(record) if record else None
        stop = Stop(reason=request.get("reason") or "", code=BY_SCHEDULER)
        if record and service:
            tell(service, f"has stopped 1 running tasks: (task {identity(record)}).")
            primary = ecs._primary_deployment(service)
            if primary and service.get("status") == "ACTIVE":
                stop = _scaling(primary)
        return self._stop(request, stop)

    def _stop(self, request: Record, stop: Stop) -> Any:
        record = _asked(request)
        task = self._tasks.get(record["taskArn"]) if record else None
        if task is None:
            return native_stop_task(request)
        task.ask_to_stop(stop)
        return json_response({"task": ecs._sanitize(task.record)})

    def has_tasks_of(self, service: str) -> bool:
        """Whether a task of the service with this ARN still runs or stops."""
        where, _, key = service.partition(":service/")
        return any(
            task.arn.startswith(f"{where}:") and service_key(task.record) == key
            for task in list(self._tasks.values())
        )

    # What can run

    def not_run_here(self, service: Record) -> str | None:
        """Why a service's tasks do not run on this machine; nothing where they do."""
        return placement.not_run_here(service, machine=self._machine)

    def _may_start(self, cluster: str, service: Record, deployment: str | None) -> bool:
        if self._closing or self.not_run_here(service):
            return False
        pause = self._pauses.left(deployment or "")
        if pause > 0:
            self._later(pause, cluster, f"{cluster}/{service['serviceName']}")
        return pause <= 0

    def _stop_those_not_started(self, service: Record) -> None:
        """An older deployment's tasks that never came to run make room at once: nobody uses them."""
        primary = ecs._primary_deployment(service)
        if not primary or primary.get("rolloutState") != "IN_PROGRESS":
            return
        for record in placement.tasks_of(service):
            task = self._tasks.get(record["taskArn"])
            if task and record["lastStatus"] in STARTING and record.get("_deployment_id") != primary["id"]:
                task.ask_to_stop(_scaling(primary))

    # What tasks tell

    def _healthy(self, task: Task) -> None:
        key = service_key(task.record)
        service = service_of(task.record)
        if key is None or service is None:
            return
        cluster = key.partition("/")[0]
        deployment = task.record.get("_deployment_id") or ""
        self._pauses.came_up(deployment)
        ecs._record_service_task_healthy(key, task.record)
        ecs._refresh_service_state(cluster, task.record["group"])
        ecs._reconcile_service_tasks(cluster, key)
        before = (ecs._primary_deployment(service) or {}).get("rolloutState")
        ecs._complete_service_deployment(cluster, key, expected_deployment_id=deployment)
        if (
            before != "COMPLETED"
            and (ecs._primary_deployment(service) or {}).get("rolloutState") == "COMPLETED"
        ):
            tell(service, f"(deployment {deployment}) deployment completed.")
            tell(service, "has reached a steady state.")

    def _ended(self, task: Task, stop: Stop) -> None:
        self._tasks.pop(task.arn, None)
        key = service_key(task.record)
        if key is None or service_of(task.record) is None or self._closing:
            return
        if stop.failed:
            self._pauses.failed(task.record.get("_deployment_id") or "")
            ecs._record_service_task_failure(task.record)
        ecs._reconcile_service_tasks(key.partition("/")[0], key)

    def _later(self, seconds: float, cluster: str, key: str) -> None:
        account, region = get_account_id(), get_region()

        def again() -> None:
            with request_scope(account, region):
                ecs._reconcile_service_tasks(cluster, key)

        timer = threading.Timer(seconds, again)
        timer.daemon = True
        timer.start()

    # The switch and the end

    def _follow_switch(self) -> None:
        while not self._closing:
            stamp = self._machine.programs.stamp
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._turn(on=stamp is not None)
                except Exception:
                    logger.exception("ECS: the table of programs has changed, and not all services follow it")
            time.sleep(SECONDS_BETWEEN_LOOKS_AT_THE_SWITCH)

    def _turn(self, *, on: bool) -> None:
        """Replace tasks that only count as running by tasks that run, or the other way round."""
        for (account, region, key), service in list(ecs._services.all_items()):
            with request_scope(account, region):
                for record in placement.tasks_of(service):
                    task = self._tasks.get(record["taskArn"])
                    if task and not on:
                        task.ask_to_stop(
                            Stop(reason="the table of programs was taken away", code=BY_SCHEDULER)
                        )
                    elif on and record["lastStatus"] == "RUNNING" and not record["attachments"]:
                        ecs._mark_task_stopped(
                            record["taskArn"], record, "it counted as running", BY_SCHEDULER
                        )
                        primary = ecs._primary_deployment(service)
                        if primary:
                            primary["rolloutState"] = "IN_PROGRESS"
                ecs._reconcile_service_tasks(key.partition("/")[0], key)

    def end_all(self) -> None:
        """End every task; the emulator ends."""
        self._closing = True
        for task in list(self._tasks.values()):
            task.ask_to_stop(Stop(reason="the emulator ends", code=BY_USER), hurry=True)
        deadline = time.monotonic() + SECONDS_TO_END_ALL
        while self._tasks and time.monotonic() < deadline:
            time.sleep(SECONDS_BETWEEN_LOOKS_AT_THE_SWITCH / 5)


def _asked(request: Record) -> Record | None:
    """The task that a request to stop one names."""
    cluster = ecs._resolve_cluster_name(request.get("cluster", "default"))
    found: Record | None = ecs._resolve_task(request.get("task", ""), cluster) if cluster else None
    return found


def _scaling(primary: Record) -> Stop:
    return Stop(reason=f"Scaling activity initiated by (deployment {primary['id']})", code=BY_SCHEDULER)
