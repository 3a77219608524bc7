"""A managed group of nodes."""

from collections.abc import Mapping, Sequence

from aws_cdk import Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

AMI = {
    "arm64": eks.NodegroupAmiType.AL2023_ARM_64_STANDARD,
    "x86_64": eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
}
EFFECTS = {
    "NoSchedule": eks.TaintEffect.NO_SCHEDULE,
    "PreferNoSchedule": eks.TaintEffect.PREFER_NO_SCHEDULE,
    "NoExecute": eks.TaintEffect.NO_EXECUTE,
}
ROOT_DEVICE = "/dev/xvda"
REPLACED_AT_ONCE_PERCENT = 33


class Nodes(Construct):
    """`group`: Amazon Linux 2023, encrypted disk, no SSH, and no instance credentials for pods.

    With a hop limit of 1 a pod does not reach the instance's metadata; pods on the host network (CNI, proxy, EFS
    node) do.
    """

    group: eks.Nodegroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        kubernetes_version: str,
        subnets: Sequence[ec2.ISubnet],
        security_group: ec2.ISecurityGroup,
        role: iam.IRole,
        key: kms.IKey,
        name: str,
        instance_types: Sequence[str],
        min_nodes: int,
        desired_nodes: int,
        max_nodes: int,
        disk_gib: int,
        spot: bool,
        architecture: str,
        labels: Mapping[str, str],
        taints: Sequence[tuple[str, str, str]],
        tags: Mapping[str, str],
    ) -> None:
        """`kubernetes_version`: the cluster's; with another one the nodes are replaced. `key`: of the disks, used
        through EC2. `taints`: key, value and effect in Kubernetes' words. `tags`: of instances and their disks,
        to which EKS hands on none of the group's.
        """
        super().__init__(scope, construct_id)
        template = ec2.LaunchTemplate(
            self,
            "Template",
            # The cluster's own group carries what control plane and nodes say to each other; ours is their name
            # in the rules of databases and file systems.
            security_group=cluster.cluster_security_group,
            block_devices=[
                ec2.BlockDevice(
                    device_name=ROOT_DEVICE,
                    volume=ec2.BlockDeviceVolume.ebs(
                        disk_gib,
                        encrypted=True,
                        kms_key=key,
                        volume_type=ec2.EbsDeviceVolumeType.GP3,
                        delete_on_termination=True,
                    ),
                )
            ],
            http_endpoint=True,
            http_tokens=ec2.LaunchTemplateHttpTokens.REQUIRED,
            http_put_response_hop_limit=1,
        )
        template.add_security_group(security_group)
        for tag, value in {**tags, "Name": f"{cluster.cluster_name}-{name}"}.items():
            Tags.of(template).add(tag, value)
        self.group = eks.Nodegroup(
            self,
            "Group",
            cluster=cluster,
            node_role=role,
            subnets=ec2.SubnetSelection(subnets=list(subnets)),
            launch_template_spec=eks.LaunchTemplateSpec(
                id=template.launch_template_id or "", version=template.latest_version_number
            ),
            ami_type=AMI[architecture],
            capacity_type=eks.CapacityType.SPOT if spot else eks.CapacityType.ON_DEMAND,
            instance_types=[ec2.InstanceType(kind) for kind in instance_types],
            min_size=min_nodes,
            desired_size=desired_nodes,
            max_size=max_nodes,
            max_unavailable_percentage=REPLACED_AT_ONCE_PERCENT,
            enable_node_auto_repair=True,
            force_update=False,  # which would evict pods against their disruption budgets
            labels={"pergola/node-group": name, **labels},
            taints=[
                eks.TaintSpec(key=taint_key, value=value, effect=EFFECTS[effect])
                for taint_key, value, effect in taints
            ],
        )
        resource = self.group.node.default_child
        assert isinstance(resource, eks.CfnNodegroup)
        resource.version = kubernetes_version  # left out, nodes stay behind when the control plane goes up
