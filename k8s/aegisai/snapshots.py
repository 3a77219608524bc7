"""Snapshots of the volumes of what is in the cluster; files on EFS are in AWS Backup's plan."""

from collections.abc import Mapping

from constructs import Construct

from applications import aegisai
from k8s.access import Permission, Role, ServiceAccount
from k8s.aegisai.parts import Parts
from k8s.aegisai.storage import data_claim
from k8s.component import Component
from k8s.config_map import ConfigMap
from k8s.container import Container, Mount, Resources
from k8s.job import CronJob
from k8s.pod import Pod
from k8s.storage import VolumeSnapshotClass
from k8s.volume import config_files, empty_folder
from settings.aegisai import AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks
from settings.kubernetes import SnapshotSettings
from settings.versions import AWS_CLI

SCRIPTS = "/scripts"
WAIT_SECONDS = 3600
"""A first snapshot copies the whole volume."""
EBS = "ebs.csi.aws.com"


def add_snapshots(
    scope: Construct,
    *,
    component: Component,
    parts: Parts,
    settings: AegisAIDeployment,
    snapshots: SnapshotSettings,
) -> None:
    """The job, what it may do, and on EKS the class of its snapshots."""
    account = ServiceAccount(scope, component=component)
    Role(
        scope,
        component=component,
        account=account,
        permissions=[
            Permission(
                group="snapshot.storage.k8s.io",
                resources=["volumesnapshots"],
                verbs=["get", "list", "create", "delete"],
            )
        ],
    )
    class_name = snapshots.snapshot_class
    if class_name is None and isinstance(settings, AegisAIOnEks):
        class_name = VolumeSnapshotClass(scope, installation=parts.installation, driver=EBS).object_name
    script = ConfigMap(
        scope,
        component=component,
        data={aegisai.SNAPSHOT_SCRIPT.name: aegisai.SNAPSHOT_SCRIPT.read_text()},
    )
    stores = [each for each in (parts.postgresql, parts.redis) if each is not None]
    CronJob(
        scope,
        component=component,
        pod=Pod(
            containers=[
                _container(
                    component,
                    settings.images.of_others(AWS_CLI),
                    script,
                    {
                        "NAMESPACE": component.namespace,
                        "CLAIMS": " ".join(data_claim(store) for store in stores),
                        "KEEP": str(snapshots.keep),
                        "WAIT_SECONDS": str(WAIT_SECONDS),
                        **({"SNAPSHOT_CLASS": class_name} if class_name is not None else {}),
                    },
                )
            ],
            service_account=account.object_name,
            service_account_token=True,
            image_pull_secret=settings.images.pull_secret,
        ),
        schedule=snapshots.schedule,
        deadline_seconds=2 * WAIT_SECONDS,
    )


def _container(
    component: Component, image: str, script: ConfigMap, variables: Mapping[str, str]
) -> Container:
    return Container(
        name=component.name,
        image=image,
        resources=Resources(cpu="50m", cpu_limit="500m", memory="64Mi", memory_limit="128Mi"),
        command=["sh", f"{SCRIPTS}/{aegisai.SNAPSHOT_SCRIPT.name}"],
        environment=dict(variables),
        mounts=[
            Mount(volume=config_files(script), path=SCRIPTS),
            Mount(volume=empty_folder("tmp", size_limit="16Mi"), path="/tmp"),  # noqa: S108 -- in the container
        ],
    )
