"""Amounts and pods in words."""

from settings.quantity import UNITS


def listed(pods: dict[str, int]) -> str:
    """Some pods by name: `2 of gateway, 1 of redis`."""
    return ", ".join(f"{count} of {name}" for name, count in sorted(pods.items()))


def cores(cpu: int) -> str:
    """Thousandths of a CPU as CPUs."""
    return f"{cpu / 1000:.2f}"


def gib(memory: int) -> str:
    """Bytes as GiB."""
    return f"{memory / UNITS['Gi']:.2f}"


def counted_nodes(count: int) -> str:
    """`1 node`, `2 nodes`."""
    return f"{count} node{'' if count == 1 else 's'}"
