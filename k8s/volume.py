"""Volumes of a pod as plain data; a pod has the volumes that its containers mount."""

from dataclasses import dataclass

from cdk8s_plus_27 import k8s

from k8s.config_map import ConfigMap
from k8s.quantity import quantity


@dataclass(frozen=True, kw_only=True)
class Volume:
    """One volume; `empty_folder`, `config_files`, `claimed` and `own_claim` make them."""

    name: str
    config_map: ConfigMap | None = None
    claim: str | None = None
    size_limit: str | None = None
    file_mode: int | None = None
    of_template: bool = False


def empty_folder(name: str, *, size_limit: str) -> Volume:
    """A folder that goes with the pod. size_limit: a quantity such as `64Mi`; the pod is evicted above it."""
    return Volume(name=name, size_limit=size_limit)


def config_files(config_map: ConfigMap, *, executable: bool = False) -> Volume:
    """A file per key of the map."""
    return Volume(
        name=config_map.object_name, config_map=config_map, file_mode=0o555 if executable else 0o444
    )


def claimed(name: str, *, claim: str) -> Volume:
    """The volume of a PersistentVolumeClaim that is a manifest of its own."""
    return Volume(name=name, claim=claim)


def own_claim(name: str) -> Volume:
    """The volume that a StatefulSet's claim of that name makes for each of its pods."""
    return Volume(name=name, of_template=True)


def volume_of(volume: Volume) -> k8s.Volume:
    """The volume as the API takes it."""
    if volume.config_map is not None:
        source = k8s.ConfigMapVolumeSource(name=volume.config_map.object_name, default_mode=volume.file_mode)
        return k8s.Volume(name=volume.name, config_map=source)
    if volume.claim is not None:
        claim = k8s.PersistentVolumeClaimVolumeSource(claim_name=volume.claim)
        return k8s.Volume(name=volume.name, persistent_volume_claim=claim)
    limit = quantity(volume.size_limit) if volume.size_limit else None
    return k8s.Volume(name=volume.name, empty_dir=k8s.EmptyDirVolumeSource(size_limit=limit))


def mount_of(volume: Volume, *, path: str, read_only: bool) -> k8s.VolumeMount:
    """The mount as the API takes it; configuration is read-only whatever is asked."""
    files = volume.config_map is not None
    return k8s.VolumeMount(name=volume.name, mount_path=path, read_only=True if files or read_only else None)
