"""Claims of volumes, and snapshots of them."""

from typing import Literal

from cdk8s import ApiObject, ApiObjectMetadata, JsonPatch
from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component, Installation
from k8s.objects import PlainObject, construct_id, metadata
from k8s.quantity import quantity

SNAPSHOTS = "snapshot.storage.k8s.io/v1"


class PersistentVolumeClaim(k8s.KubePersistentVolumeClaim):
    """`object_name`."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        size: str,
        access_mode: Literal["ReadWriteOnce", "ReadWriteMany"],
        storage_class: str | None = None,
        name: str | None = None,
    ) -> None:
        """
        Args:
            component: Whose data it holds.
            size: A quantity such as `10Gi`; it can grow, never shrink.
            access_mode: One node, or many.
            storage_class: Left out: the cluster's default class.
            name: Left out: the component's.
        """
        self.object_name = name or component.name
        super().__init__(
            scope,
            construct_id("PersistentVolumeClaim", component, name),
            metadata=metadata(component, name),
            spec=k8s.PersistentVolumeClaimSpec(
                access_modes=[access_mode],
                storage_class_name=storage_class,
                resources=k8s.ResourceRequirements(requests={"storage": quantity(size)}),
            ),
        )


class VolumeSnapshotClass(ApiObject):
    """`object_name`. How a driver makes snapshots; the class is the whole cluster's."""

    def __init__(
        self,
        scope: Construct,
        *,
        installation: Installation,
        driver: str,
    ) -> None:
        """
        Args:
            installation: Whose snapshots; the class has its deployment's name.
            driver: Of the volumes, such as `ebs.csi.aws.com`.
        """
        self.object_name = installation.deployment
        super().__init__(
            scope,
            f"VolumeSnapshotClass-{self.object_name}",
            api_version=SNAPSHOTS,
            kind="VolumeSnapshotClass",
            metadata=ApiObjectMetadata(name=self.object_name, labels=installation.labels),
        )
        self.add_json_patch(JsonPatch.add("/driver", driver))
        # who removes old objects means the snapshots, which would stay for ever otherwise
        self.add_json_patch(JsonPatch.add("/deletionPolicy", "Delete"))


class VolumeSnapshot(PlainObject):
    def __init__(
        self, scope: Construct, *, component: Component, claim: str, class_name: str | None = None
    ) -> None:
        """
        Args:
            component: Whose data it is; the snapshot has its name.
            claim: Name of the claim whose volume is taken.
            class_name: Of the VolumeSnapshotClass. Left out: the driver's default.
        """
        super().__init__(
            scope,
            api_version=SNAPSHOTS,
            kind="VolumeSnapshot",
            component=component,
            fields={
                "spec": {
                    "source": {"persistentVolumeClaimName": claim},
                    **({"volumeSnapshotClassName": class_name} if class_name else {}),
                }
            },
        )
