"""What pods ask for."""

from dataclasses import dataclass
from enum import StrEnum

from settings.quantity import bytes_of, millicores


class Moment(StrEnum):
    """When pods are counted."""

    minimum = "at minimum"
    rollout = "while a new version rolls out"
    maximum = "at HPA maximum"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Pods of one kind."""

    name: str
    cpu: int
    """Requested thousandths of a CPU, each pod."""
    memory: int
    """Requested bytes, each pod."""
    replicas: int = 1
    most: int | None = None
    """Pods at HPA maximum. None: `replicas`."""
    surge: int = 0
    """Pods more while a new version rolls out."""
    volumes: int = 0
    """Block volumes of each pod; they keep it in their zone."""
    tolerates: frozenset[str] = frozenset()
    """Taints that do not keep it away, as kubectl writes them."""
    together: bool = False
    """Its pods and those of all others of this kind have to be on one node: they share a volume of that node."""
    system: bool = False
    """Of the cluster, not of the application."""

    def pods(self, moment: Moment) -> int:
        """How many there are."""
        if moment is Moment.maximum:
            return self.replicas if self.most is None else self.most
        return self.replicas + (self.surge if moment is Moment.rollout else 0)


@dataclass(frozen=True, kw_only=True)
class DaemonSet:
    """A pod on every node."""

    name: str
    cpu: int = 0
    memory: int = 0


def workload(
    name: str,
    cpu: str | None,
    memory: str | None,
    *,
    replicas: int = 1,
    most: int | None = None,
    surge: int = 0,
    volumes: int = 0,
    tolerates: frozenset[str] = frozenset(),
    together: bool = False,
    system: bool = False,
) -> Workload:
    """One workload with requests as Kubernetes writes them; None: it asks for nothing."""
    return Workload(
        name=name,
        cpu=millicores(cpu) if cpu else 0,
        memory=bytes_of(memory) if memory else 0,
        replicas=replicas,
        most=most,
        surge=surge,
        volumes=volumes,
        tolerates=tolerates,
        together=together,
        system=system,
    )
