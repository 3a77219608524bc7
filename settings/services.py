"""The services of an application on Kubernetes: size, number, probes, and who calls whom."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from settings.cluster import Taint
from settings.images import ServiceImage
from settings.kubernetes import Variables
from settings.model import Model, Refusal
from settings.quantity import ByteQuantity, CpuQuantity, bytes_of, millicores

Role = Literal["gateway", "orchestrator", "worker"]
NAME = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
ServiceName = Annotated[str, Field(pattern=NAME, max_length=40, examples=["transcode"])]
MOST_REPLICAS = 100
SPOT_TAINT = Taint(key="spot", value="true", effect="NoSchedule")
"""On Spot nodes that are kept for pods which may go at two minutes' notice; these tolerate it, and no other taint."""


def _all_optional(schema: dict[str, Any]) -> None:
    """In a file a service of the table may give any of its settings alone."""
    schema.pop("required", None)


class CpuShare(Model):
    """CPU of one pod."""

    request: CpuQuantity = "250m"
    """What the pod is sure to have; the scheduler and the autoscaler count with it."""
    limit: CpuQuantity = "500m"
    """Where the pod is slowed down."""

    def refusals(self) -> Iterator[Refusal]:
        if millicores(self.request) > millicores(self.limit):
            message = f"request {self.request} exceeds limit {self.limit}; lower the one or raise the other"
            yield Refusal(message, "request", "limit")


class MemoryShare(Model):
    """Memory of one pod."""

    request: ByteQuantity = "512Mi"
    """What the pod is sure to have; the scheduler and the autoscaler count with it."""
    limit: ByteQuantity = "1Gi"
    """Where the pod is killed."""

    def refusals(self) -> Iterator[Refusal]:
        if bytes_of(self.request) > bytes_of(self.limit):
            message = f"request {self.request} exceeds limit {self.limit}; lower the one or raise the other"
            yield Refusal(message, "request", "limit")


class ServiceSettings(Model):
    """One service; of a service of the document's table only what differs is written."""

    model_config = ConfigDict(json_schema_extra=_all_optional)

    enabled: bool = True
    """`false`: the service is not made, and nobody calls it."""
    role: Role = "worker"
    """What it may reach: a gateway the database, Redis and the orchestrator; an orchestrator Redis and the workers; a
    worker Redis and the shared storage. A service that the file adds is a worker."""
    port: Annotated[int, Field(ge=1024, le=65_535, examples=[9010])]
    """Port that the container listens on, and its Service; each service has its own."""
    replicas: Annotated[int, Field(ge=1, le=MOST_REPLICAS)] = 2
    """Fewest pods."""
    max_replicas: Annotated[int, Field(ge=1, le=MOST_REPLICAS)] = 8
    """Most pods under load; the same as `replicas`: no autoscaling. Switched on later, it takes a step before
    (docs/aegisai.md, "Autoscaling where there was none")."""
    memory: MemoryShare = MemoryShare()
    cpu: CpuShare = CpuShare()
    cpu_target_percent: Annotated[int, Field(ge=10, le=95)] = 75
    """Average CPU use, in percent of the request, that scaling aims at."""
    memory_target_percent: Annotated[int, Field(ge=10, le=95)] = 85
    """Average memory use, in percent of the request, that scaling aims at."""
    health_path: Annotated[
        str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$", max_length=200, examples=["/health"])
    ] = "/docs"
    """Path that the probes ask."""
    startup_seconds: Annotated[int, Field(ge=10, le=1800)] = 120
    """Most seconds until the service answers for the first time; after that it is started anew."""
    calls: tuple[ServiceName, ...] = ()
    """Services that it calls; no other connection is allowed. Left out: a gateway calls the orchestrator, an
    orchestrator every worker that is enabled, a worker none."""
    internet: bool = False
    """May open HTTPS connections to addresses outside the cluster; all that leaves is refused else."""
    spot: bool | None = None
    """Prefer Spot nodes, and tolerate their taint `spot=true:NoSchedule`. Left out: workers do, where there are Spot
    nodes."""
    environment: Variables = Field(default_factory=dict)
    """More variables for this service, which win over those for all; what looks like a secret is refused."""
    image: ServiceImage = ServiceImage()

    def refusals(self) -> Iterator[Refusal]:
        if self.replicas > self.max_replicas:
            what = f"replicas {self.replicas} exceeds max_replicas {self.max_replicas}"
            yield Refusal(f"{what}; lower the one or raise the other", "replicas", "max_replicas")


def over_table(given: Any, table: Mapping[str, Mapping[str, Any]]) -> Any:
    """What the file says of services, over the table's; anything that is no mapping is left for the model to refuse.

    Calls that nobody gives follow from the roles of the services that are enabled.
    """
    if not isinstance(given, Mapping):
        return given
    merged = {name: _over(table.get(name, {}), given.get(name, {})) for name in {**table, **given}}
    services = {name: one for name, one in merged.items() if isinstance(one, dict)}
    for name, one in services.items():
        if "calls" not in one:
            one["calls"] = tuple(_calls(one.get("role", "worker"), name, services))
    return merged


def service_refusals(
    services: Mapping[str, ServiceSettings], taken: Mapping[int, tuple[str, str]]
) -> Iterator[Refusal]:
    """What is wrong between services; fields relative to the deployment.

    taken: ports that others have, each with a name and the setting that brings it.
    """
    holders = dict(taken)
    for name, one in enabled(services).items():
        if one.port in holders:
            holder, field = holders[one.port]
            message = f"{one.port} is the port of {holder} too; give each its own"
            yield Refusal(message, f"services.{name}.port", field)
        holders.setdefault(one.port, (name, f"services.{name}.port"))
        for called in one.calls:
            yield from _call_refusals(name, called, services)
    for role in ("gateway", "orchestrator"):
        names = [name for name, one in services.items() if one.role == role]
        for name in names[1:]:
            message = f"is {role}, which {names[0]} is already; a further service is a worker"
            yield Refusal(message, f"services.{name}.role", f"services.{names[0]}.role")
    if not enabled(services):
        yield Refusal("every service is disabled; enable one", "services")


def enabled(services: Mapping[str, ServiceSettings]) -> dict[str, ServiceSettings]:
    """The services that are made."""
    return {name: one for name, one in services.items() if one.enabled}


def _call_refusals(name: str, called: str, services: Mapping[str, ServiceSettings]) -> Iterator[Refusal]:
    field = f"services.{name}.calls"
    if called == name:
        yield Refusal(f"{name} calls itself; take it out", field)
    elif called not in services:
        known = ", ".join(other for other in enabled(services) if other != name)
        yield Refusal(f"{called} is no service; use some of {known}", field, "services")
    elif not services[called].enabled:
        message = f"{called} is disabled; take it out, or enable it"
        yield Refusal(message, field, f"services.{called}.enabled")


def _over(table: Any, given: Any) -> Any:
    if not isinstance(table, Mapping) or not isinstance(given, Mapping):
        return given
    return {
        key: _over(table[key], given[key]) if key in table and key in given else {**table, **given}[key]
        for key in {**table, **given}
    }


def _calls(role: Any, name: str, services: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    wanted = {"gateway": "orchestrator", "orchestrator": "worker"}.get(role if isinstance(role, str) else "")
    for other, one in services.items():
        called = one.get("role", "worker") == wanted and one.get("enabled", True) is True
        if called and other != name and re.match(NAME, other):
            yield other
