"""A port for a program that has to be told one."""

import socket

HOST = "127.0.0.1"


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
