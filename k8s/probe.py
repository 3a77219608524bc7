"""Three probes of one container: it has started, it is ready, it is alive; alive is asked more slowly than ready."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdk8s_plus_27 import k8s


@dataclass(frozen=True, kw_only=True)
class HttpGet:
    """Good while the answer's status is 200 to 399. port: a port's name."""

    path: str
    port: str


@dataclass(frozen=True, kw_only=True)
class TcpSocket:
    """Good while the port accepts a connection. port: a port's name."""

    port: str


@dataclass(frozen=True, kw_only=True)
class Command:
    """Good while the command in the container ends with 0."""

    command: Sequence[str]


Check = HttpGet | TcpSocket | Command


@dataclass(frozen=True, kw_only=True)
class Health:
    """How it is found out whether a container serves.

    Raises:
        ValueError: Liveness would be asked as often as readiness, so that a busy pod is restarted when it should rest.
    """

    ready: Check
    alive: Check | None = None
    """Left out: the same as `ready`."""
    start_seconds: int = 150
    """After so long without a good answer a starting container is restarted."""
    ready_every_seconds: int = 10
    alive_every_seconds: int = 20
    timeout_seconds: int = 5
    failures: int = 3

    def __post_init__(self) -> None:
        if self.alive_every_seconds <= self.ready_every_seconds:
            raise ValueError(
                f"liveness every {self.alive_every_seconds} s is not slower than readiness every "
                f"{self.ready_every_seconds} s; raise alive_every_seconds"
            )

    def startup_probe(self) -> k8s.Probe:
        every = 5
        return _probe(self.alive or self.ready, every, self.timeout_seconds, -(-self.start_seconds // every))

    def readiness_probe(self) -> k8s.Probe:
        return _probe(self.ready, self.ready_every_seconds, self.timeout_seconds, self.failures)

    def liveness_probe(self) -> k8s.Probe:
        return _probe(self.alive or self.ready, self.alive_every_seconds, self.timeout_seconds, self.failures)


def _probe(check: Check, period: int, timeout: int, failures: int) -> k8s.Probe:
    port = k8s.IntOrString.from_string
    return k8s.Probe(
        http_get=k8s.HttpGetAction(path=check.path, port=port(check.port))
        if isinstance(check, HttpGet)
        else None,
        tcp_socket=k8s.TcpSocketAction(port=port(check.port)) if isinstance(check, TcpSocket) else None,
        exec=k8s.ExecAction(command=list(check.command)) if isinstance(check, Command) else None,
        period_seconds=period,
        timeout_seconds=timeout,
        failure_threshold=failures,
    )
