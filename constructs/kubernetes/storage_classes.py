"""How claims of pods become volumes."""

from typing import Literal

from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_kms as kms
from constructs import Construct

DEFAULT = "storageclass.kubernetes.io/is-default-class"


class StorageClasses(Construct):
    """`gp3` (the default; one pod, one zone) and, where there is a file system, `efs` (many pods, all zones).

    Kubernetes takes no change of a class's parameters or reclaim policy, and a volume keeps that of its first day.
    So no class depends on what a deployment may turn: a block volume outlives its claim everywhere, and what becomes
    of it when the cluster goes, `ClusterRemains` decides. With a claim of files its access point alone is deleted.
    With another key or file system the class has to be deleted first; volumes that it made stay as they are.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        key: kms.IKey,
    ) -> None:
        """`key`: of the volumes; the driver uses it through EC2."""
        super().__init__(scope, construct_id)
        self._cluster = cluster
        self._add(
            "gp3",
            provisioner="ebs.csi.aws.com",
            default=True,
            reclaim_policy="Retain",
            parameters={
                "type": "gp3",
                "encrypted": "true",
                "kmsKeyId": key.key_arn,
                "csi.storage.k8s.io/fstype": "ext4",
            },
        )

    def add_file_system(self, file_system_id: str) -> None:
        """A directory and an access point for each claim.

        The directory is named after namespace and claim alone, so that a claim made anew, on another cluster or on a
        restored file system, finds its files.
        """
        self._add(
            "efs",
            provisioner="efs.csi.aws.com",
            default=False,
            reclaim_policy="Delete",
            parameters={
                "provisioningMode": "efs-ap",
                "fileSystemId": file_system_id,
                "directoryPerms": "700",
                "uid": "1000",
                "gid": "1000",
                "basePath": "/kubernetes",
                "subPathPattern": "${.PVC.namespace}/${.PVC.name}",
                "ensureUniqueDirectory": "false",
            },
            mount_options=["tls", "iam"],
        )

    def _add(
        self,
        name: str,
        *,
        provisioner: str,
        default: bool,
        reclaim_policy: Literal["Retain", "Delete"],
        parameters: dict[str, str],
        mount_options: list[str] | None = None,
    ) -> None:
        eks.KubernetesManifest(
            self,
            f"StorageClass-{name}",
            cluster=self._cluster,
            overwrite=True,
            manifest=[
                {
                    "apiVersion": "storage.k8s.io/v1",
                    "kind": "StorageClass",
                    "metadata": {"name": name, "annotations": {DEFAULT: str(default).lower()}},
                    "provisioner": provisioner,
                    "parameters": parameters,
                    "reclaimPolicy": reclaim_policy,
                    "volumeBindingMode": "WaitForFirstConsumer" if default else "Immediate",
                    "allowVolumeExpansion": default,
                    **({"mountOptions": mount_options} if mount_options else {}),
                }
            ],
        )
