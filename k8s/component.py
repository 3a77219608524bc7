"""What the objects of one part of a system are named and labelled."""

from dataclasses import dataclass
from typing import Literal

PREFIX = "app.kubernetes.io"
INSTANCE = f"{PREFIX}/instance"
ROLE = f"{PREFIX}/component"
MANAGED_BY = "pergola"

Protocol = Literal["TCP", "UDP"]


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port that a container listens on; everything else refers to it by name."""

    name: str
    number: int
    protocol: Protocol = "TCP"


@dataclass(frozen=True, kw_only=True)
class Component:
    """One part of a system, such as its gateway; `Installation.component` makes it."""

    name: str
    """Name of its workload and of its Service."""
    namespace: str
    system: str
    deployment: str
    role: str
    """What it is in the system: `gateway`, `worker`, `database` …"""
    ports: tuple[Port, ...] = ()
    version: str | None = None
    """Version of the application, when the image's tag says one."""

    @property
    def labels(self) -> dict[str, str]:
        """The recommended labels that stay: what has no version of its own should not change with each release."""
        return {
            **self.selector,
            f"{PREFIX}/part-of": self.system,
            ROLE: self.role,
            f"{PREFIX}/managed-by": MANAGED_BY,
        }

    @property
    def versioned_labels(self) -> dict[str, str]:
        """With the version, for pods and what keeps them running."""
        return self.labels if self.version is None else {**self.labels, f"{PREFIX}/version": self.version}

    @property
    def selector(self) -> dict[str, str]:
        """The labels that select its pods; a selector cannot change later, so no version is in it."""
        return {f"{PREFIX}/name": self.name, INSTANCE: self.deployment}

    def port(self, name: str) -> Port:
        """The port of that name; raises `ValueError` when there is none."""
        for port in self.ports:
            if port.name == name:
                return port
        known = ", ".join(port.name for port in self.ports) or "none"
        raise ValueError(f"{self.name} has no port named {name!r}; its ports: {known}")


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One deployment of a system in one namespace."""

    system: str
    deployment: str
    namespace: str

    @property
    def labels(self) -> dict[str, str]:
        """Labels of what belongs to the whole."""
        return {
            INSTANCE: self.deployment,
            f"{PREFIX}/part-of": self.system,
            f"{PREFIX}/managed-by": MANAGED_BY,
        }

    def component(
        self, name: str, *, role: str, ports: tuple[Port, ...] = (), version: str | None = None
    ) -> Component:
        """A part of this system.

        Args:
            name: Of its workload and Service, as people type it.
            role: What it is in the system: `gateway`, `worker`, `database` …
            ports: What its containers listen on.
            version: Of the application; left out: no label says it.
        """
        return Component(
            name=name,
            namespace=self.namespace,
            system=self.system,
            deployment=self.deployment,
            role=role,
            ports=ports,
            version=version,
        )
