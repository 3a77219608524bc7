"""The table of images that run as programs of this machine: while it lies in the emulator's folder, tasks run."""

import json
import socket
from typing import Any

from commands.local.emulator.tasks.addresses import NETWORK
from commands.local.place import Place
from commands.local.steps import LocalError

FIRST_ADDRESS = f"{NETWORK}2"
"""Each task gets an address of its own from here on."""


def switch_on(place: Place, images: dict[str, Any]) -> None:
    """Let the emulator run tasks of these images, beside those that it runs already."""
    known = _read(place).get("images", {})
    for repository, entry in images.items():
        versions = known.setdefault(repository, {"versions": {}})["versions"]
        versions |= entry["versions"]
    table = {"images": known, "trust": str(place.authority)}
    place.state.mkdir(parents=True, exist_ok=True)
    place.programs.write_text(json.dumps(table, indent=2))


def is_on(place: Place) -> bool:
    """Whether tasks run."""
    return place.programs.exists()


def switch_off(place: Place) -> None:
    """Tasks count as running again, as in `make local`."""
    place.programs.unlink(missing_ok=True)


def check_addresses(address: str = FIRST_ADDRESS) -> None:
    """Refuse a machine whose loopback is one address alone, as macOS has it."""
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            raise LocalError(
                f"{address} cannot be used, and each task needs an address of its own; "
                f"on macOS run: for n in $(seq 2 20); do sudo ifconfig lo0 alias {NETWORK}$n; done"
            ) from None


def _read(place: Place) -> dict[str, Any]:
    try:
        table: dict[str, Any] = json.loads(place.programs.read_text())
    except (OSError, ValueError):
        return {}
    return table
