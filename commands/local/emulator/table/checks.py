"""What a service refuses although ministack takes it and no schema says so."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from commands.local.emulator.rows import Check

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
GIB = 1024
FARGATE_MEMORY = {
    256: (512, GIB, 2 * GIB),
    512: range(GIB, 4 * GIB + 1, GIB),
    1024: range(2 * GIB, 8 * GIB + 1, GIB),
    2048: range(4 * GIB, 16 * GIB + 1, GIB),
    4096: range(8 * GIB, 30 * GIB + 1, GIB),
    8192: range(16 * GIB, 60 * GIB + 1, 4 * GIB),
    16384: range(32 * GIB, 120 * GIB + 1, 8 * GIB),
}
"""Cpu units → the MiB that Fargate sells with them (ECS developer guide, task definition parameters for Fargate)."""
LONGEST_FARGATE_WAIT = 120


def secure_callbacks(properties: Mapping[str, Any]) -> str | None:
    """Cognito sends nobody to plain http, this machine aside."""
    urls = [*(properties.get("CallbackURLs") or []), *(properties.get("LogoutURLs") or [])]
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.netloc.partition(":")[0] not in LOCAL_HOSTS:
            return f"cannot use the HTTP protocol in {url}; use HTTPS, HTTP is for http://localhost alone"
    return None


def fargate_size(properties: Mapping[str, Any]) -> str | None:
    """Fargate sells only certain pairs of cpu and memory."""
    if "FARGATE" not in (properties.get("RequiresCompatibilities") or []):
        return None
    cpu, memory = properties.get("Cpu"), properties.get("Memory")
    if memory is None or cpu is None:
        return "Fargate requires task definition to have Cpu and Memory"
    if int(memory) not in FARGATE_MEMORY.get(int(cpu), ()):
        return f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory"
    return None


def fargate_waits(properties: Mapping[str, Any]) -> str | None:
    """On Fargate no container is waited for longer than two minutes."""
    if "FARGATE" not in (properties.get("RequiresCompatibilities") or []):
        return None
    for container in properties.get("ContainerDefinitions") or []:
        for name in ("StartTimeout", "StopTimeout"):
            if int(container.get(name) or 0) > LONGEST_FARGATE_WAIT:
                return f"{name} of {container['Name']} is {container[name]}, Fargate allows {LONGEST_FARGATE_WAIT}"
    return None


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "AWS::Cognito::UserPoolClient": (secure_callbacks,),
    "AWS::ECS::TaskDefinition": (fargate_size, fargate_waits),
}
