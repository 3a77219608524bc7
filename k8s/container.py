"""A container as plain data, in Kubernetes' words; the security context is the house's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk8s_plus_27 import k8s

from k8s.component import Port
from k8s.config_map import ConfigMap
from k8s.probe import Health
from k8s.quantity import quantity
from k8s.volume import Volume, mount_of


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a container asks for and what it may take, as Kubernetes quantities: `250m`, `512Mi`.

    cpu_limit left out: none, so that a busy node shares what is left; the request is guaranteed either way.
    disk: of the node, for folders that go with the pod, log and own files; the pod is evicted above it. Left out: the
    scheduler does not look.
    """

    cpu: str
    memory: str
    memory_limit: str
    cpu_limit: str | None = None
    disk: str | None = None


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    """One key of a Secret in the pod's namespace."""

    secret: str
    key: str


@dataclass(frozen=True, kw_only=True)
class ConfigKey:
    """One key of a ConfigMap."""

    config_map: ConfigMap
    key: str


@dataclass(frozen=True, kw_only=True)
class PodField:
    """A field of the pod itself, such as `metadata.name`."""

    path: str


Value = str | SecretKey | ConfigKey | PodField


@dataclass(frozen=True, kw_only=True)
class Mount:
    """Where a volume appears in a container."""

    volume: Volume
    path: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container: not root, no capability, root file system read-only; what it writes to is a mount."""

    name: str
    image: str
    """With an exact tag or a digest."""
    resources: Resources
    command: Sequence[str] = ()
    """Left out: the image's own entry point."""
    arguments: Sequence[str] = ()
    ports: Sequence[Port] = ()
    environment: Mapping[str, Value] | None = None
    config_maps: Sequence[ConfigMap] = ()
    """Every key becomes a variable."""
    secrets: Sequence[str] = ()
    """Names of Secrets of which every key becomes a variable."""
    mounts: Sequence[Mount] = ()
    health: Health | None = None
    """Left out for what ends by itself, such as a backup."""
    drain_seconds: int = 5
    """Between the pod leaving its Services and the stop signal, so that no request meets a closed port.
    Only where `health` says that it serves."""


def read_config_maps(container: Container) -> list[ConfigMap]:
    """Every ConfigMap whose content reaches the container."""
    named = [
        value.config_map for value in (container.environment or {}).values() if isinstance(value, ConfigKey)
    ]
    mounted = [mount.volume.config_map for mount in container.mounts if mount.volume.config_map is not None]
    return [*container.config_maps, *named, *mounted]


def container_of(container: Container) -> k8s.Container:
    """The container as the API takes it."""
    health = container.health
    return k8s.Container(
        name=container.name,
        image=container.image,
        image_pull_policy="IfNotPresent",
        command=list(container.command) or None,
        args=list(container.arguments) or None,
        ports=[
            k8s.ContainerPort(name=port.name, container_port=port.number, protocol=port.protocol)
            for port in container.ports
        ]
        or None,
        env=[_variable(name, value) for name, value in (container.environment or {}).items()] or None,
        env_from=[
            *(
                k8s.EnvFromSource(config_map_ref=k8s.ConfigMapEnvSource(name=each.object_name))
                for each in container.config_maps
            ),
            *(k8s.EnvFromSource(secret_ref=k8s.SecretEnvSource(name=name)) for name in container.secrets),
        ]
        or None,
        volume_mounts=[
            mount_of(each.volume, path=each.path, read_only=each.read_only) for each in container.mounts
        ]
        or None,
        resources=_resources(container.resources),
        startup_probe=health.startup_probe() if health else None,
        liveness_probe=health.liveness_probe() if health else None,
        readiness_probe=health.readiness_probe() if health else None,
        security_context=k8s.SecurityContext(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=k8s.Capabilities(drop=["ALL"]),
        ),
    )


def _variable(name: str, value: Value) -> k8s.EnvVar:
    match value:
        case SecretKey():
            source = k8s.EnvVarSource(secret_key_ref=k8s.SecretKeySelector(name=value.secret, key=value.key))
        case ConfigKey():
            reference = k8s.ConfigMapKeySelector(name=value.config_map.object_name, key=value.key)
            source = k8s.EnvVarSource(config_map_key_ref=reference)
        case PodField():
            source = k8s.EnvVarSource(field_ref=k8s.ObjectFieldSelector(field_path=value.path))
        case _:
            return k8s.EnvVar(name=name, value=value)
    return k8s.EnvVar(name=name, value_from=source)


def _resources(resources: Resources) -> k8s.ResourceRequirements:
    disk = {} if resources.disk is None else {"ephemeral-storage": quantity(resources.disk)}
    limits = {"memory": quantity(resources.memory_limit), **disk}
    if resources.cpu_limit is not None:
        limits["cpu"] = quantity(resources.cpu_limit)
    requests = {"cpu": quantity(resources.cpu), "memory": quantity(resources.memory), **disk}
    return k8s.ResourceRequirements(requests=requests, limits=limits)
