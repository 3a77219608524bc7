"""An address of loopback for each task, as each has a network interface of its own on Fargate."""

import socket
import threading
from collections.abc import Sequence

NETWORK = "127.18.0."
LAST = 254
HOLDING_PORT = 51678
"""Of the ECS agent on an instance; bound, never listened on: it keeps an address from a second emulator."""


class NoAddressError(Exception):
    """None of the network's addresses can be had."""


class Addresses:
    """Hands out addresses; one that was given back comes again last."""

    def __init__(self, network: str = NETWORK) -> None:
        self._network = network
        self._held: dict[str, socket.socket] = {}
        self._last = 1
        self._lock = threading.Lock()

    def take(self, *, ports: Sequence[int] = ()) -> str:
        """An address that no other task has and at which nobody listens on these ports; raises `NoAddressError`."""
        with self._lock:
            problem = "all are taken"
            for step in range(1, LAST):
                number = (self._last + step - 2) % (LAST - 1) + 2
                address = f"{self._network}{number}"
                if address in self._held:
                    continue
                holder = socket.socket()
                try:
                    holder.bind((address, HOLDING_PORT))
                    for port in ports:
                        _try(address, port)
                except OSError as error:
                    holder.close()
                    problem = error.strerror or str(error)
                    continue
                self._held[address], self._last = holder, number
                return address
        raise NoAddressError(f"no address of {self._network}0/24 can be had for a task: {problem}")

    def give_back(self, address: str) -> None:
        """Free an address."""
        with self._lock:
            holder = self._held.pop(address, None)
        if holder:
            holder.close()


def _try(address: str, port: int) -> None:
    with socket.socket() as probe:
        # What has just closed its connections there is in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
