"""Files that all tasks share."""

from collections.abc import Mapping, Sequence
from typing import Literal

from aws_cdk import Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct, DependencyGroup, IDependable

from constructs.data.retention import kept

NFS_ACTIONS = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
USER_ID = "1000"
"""Any user may run Open WebUI; the access point makes all files belong to this one."""


class SharedFiles(Construct):
    """An encrypted Amazon EFS file system with a mount target per private subnet.

    `file_system`; `access_point`, only with a `path`; `ready`: mount targets exist; `restore_metadata`: for tests of
    AWS Backup, which would encrypt with AWS's key. Mount it with transit encryption and IAM, and the permission of
    `grant_read_write`, which stays with the grantee: the policy here only refuses.
    """

    file_system: efs.IFileSystem
    access_point: efs.AccessPoint
    ready: IDependable
    restore_metadata: Mapping[str, str]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        key: kms.IKey,
        keep_data: bool,
        throughput: Literal["bursting", "elastic", "provisioned"],
        provisioned_mibps: int | None,
        infrequent_access_after_days: int | None,
        path: str | None,
        restored_file_system_id: str | None = None,
    ) -> None:
        """`path`: of the application's files, from the root of the file system. None: no access point.

        `restored_file_system_id`: a file system to use, with the policy, lifecycle and throughput it has.
        `infrequent_access_after_days` left out: files stay in standard storage.
        """
        super().__init__(scope, construct_id)
        self.restore_metadata = {"kmsKeyId": key.key_arn}
        private = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
        if restored_file_system_id is None:
            made = efs.FileSystem(
                self,
                "FileSystem",
                vpc=vpc,
                vpc_subnets=ec2.SubnetSelection(subnets=private.subnets),
                security_group=security_group,
                encrypted=True,
                kms_key=key,
                # That is AWS Backup's default plan; the deployment's own plan covers the file system instead.
                enable_automatic_backups=False,
                # The library's refusal would let every principal write; the policy below lets nobody.
                allow_anonymous_access=True,
                file_system_policy=_refusals(),
                throughput_mode=efs.ThroughputMode[throughput.upper()],
                provisioned_throughput_per_second=Size.mebibytes(provisioned_mibps)
                if provisioned_mibps
                else None,
                lifecycle_policy=_lifecycle(infrequent_access_after_days),
                out_of_infrequent_access_policy=efs.OutOfInfrequentAccessPolicy.AFTER_1_ACCESS
                if infrequent_access_after_days
                else None,
                removal_policy=kept(keep_data),
            )
            self.file_system, self.ready = made, made.mount_targets_available
        else:
            self.file_system = efs.FileSystem.from_file_system_attributes(
                self, "Restored", file_system_id=restored_file_system_id, security_group=security_group
            )
            self.ready = self._mount(restored_file_system_id, private.subnets, security_group)
        if path is not None:
            self.access_point = efs.AccessPoint(
                self,
                "AccessPoint",
                file_system=self.file_system,
                path=path,
                posix_user=efs.PosixUser(uid=USER_ID, gid=USER_ID),
                create_acl=efs.Acl(owner_uid=USER_ID, owner_gid=USER_ID, permissions="750"),
            )

    def grant_read_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Mounting and writing through the access point, in the grantee's policy alone."""
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=NFS_ACTIONS,
            resource_arns=[self.file_system.file_system_arn],
            conditions={
                "StringEquals": {"elasticfilesystem:AccessPointArn": self.access_point.access_point_arn}
            },
        )

    def _mount(
        self, file_system_id: str, subnets: Sequence[ec2.ISubnet], security_group: ec2.ISecurityGroup
    ) -> IDependable:
        # L1: the L2 makes mount targets for file systems of its own only.
        targets = DependencyGroup()
        for number, subnet in enumerate(subnets, start=1):
            target = efs.CfnMountTarget(
                self,
                f"MountTarget{number}",
                file_system_id=file_system_id,
                subnet_id=subnet.subnet_id,
                security_groups=[security_group.security_group_id],
            )
            targets.add(target)
        return targets


def _lifecycle(days: int | None) -> efs.LifecyclePolicy | None:
    return (
        None
        if days is None
        else efs.LifecyclePolicy[f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"]
    )


def _refusals() -> iam.PolicyDocument:
    """Refusals. That there is a policy at all ends anonymous access: clients need their role's permission."""
    refused = {
        "WithoutTls": {"aws:SecureTransport": "false"},
        "BesideMountTargets": {"elasticfilesystem:AccessedViaMountTarget": "false"},
    }
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                sid=sid,
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=[*NFS_ACTIONS, "elasticfilesystem:ClientRootAccess"],
                conditions={"Bool": condition},
            )
            for sid, condition in refused.items()
        ]
    )
