"""Volumes: which class they are of, and the folders that workers share."""

from collections.abc import Mapping

from constructs import Construct

from applications import aegisai
from k8s.aegisai.parts import SHARED_STORAGE, Parts
from k8s.component import INSTANCE, ROLE, Component
from k8s.container import Container, Mount, Resources
from k8s.storage import PersistentVolumeClaim
from k8s.volume import Volume, claimed
from settings.aegisai import AegisAIDeployment
from settings.versions import BUSYBOX

SHARED: Volume = claimed("storage", claim=SHARED_STORAGE)


def block_class(settings: AegisAIDeployment, given: str | None) -> str | None:
    """Class of a volume of one pod; None: the cluster's default."""
    return given or ("gp3" if settings.hosting == "eks" else None)


def shared_class(settings: AegisAIDeployment) -> str | None:
    """Class of a volume of many pods; None: the cluster's default."""
    return settings.shared_storage.storage_class or ("efs" if settings.hosting == "eks" else None)


def add_data_claim(scope: Construct, *, component: Component, size: str, storage_class: str | None) -> Volume:
    """The volume of a store with one pod, as it is mounted.

    The claim is an object of its own: what a StatefulSet makes of its template can never be made larger.
    """
    claim = PersistentVolumeClaim(
        scope,
        component=component,
        size=size,
        access_mode="ReadWriteOnce",
        storage_class=storage_class,
        name=data_claim(component),
    )
    return claimed("data", claim=claim.object_name)


def data_claim(store: Component) -> str:
    """Name of a store's claim."""
    return f"{store.name}-data"


def add_shared_storage(scope: Construct, *, parts: Parts, settings: AegisAIDeployment) -> None:
    """The claim that all workers mount."""
    PersistentVolumeClaim(
        scope,
        component=parts.alone(SHARED_STORAGE, role="storage"),
        size=settings.shared_storage.storage,
        access_mode="ReadWriteOnce" if settings.workers_together else "ReadWriteMany",
        storage_class=shared_class(settings),
    )


def beside(settings: AegisAIDeployment, worker: Component) -> Mapping[str, str] | None:
    """Labels of all workers, where they have to be on the one node that mounts the shared volume."""
    if not settings.workers_together:
        return None
    return {key: worker.labels[key] for key in (INSTANCE, ROLE)}


def make_folders(settings: AegisAIDeployment) -> Container:
    """A step before a worker that makes the folders; they may be there."""
    folders = [f"{aegisai.STORAGE}/{folder}" for folder in aegisai.FOLDERS]
    return Container(
        name="make-folders",
        image=settings.images.of_others(BUSYBOX),
        resources=Resources(cpu="10m", cpu_limit="100m", memory="16Mi", memory_limit="32Mi"),
        command=["mkdir", "-p"],
        arguments=folders,
        mounts=[Mount(volume=SHARED, path=aegisai.STORAGE)],
    )
