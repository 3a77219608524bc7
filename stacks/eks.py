"""A Kubernetes cluster on Amazon EKS: its nodes, add-ons and operators, and the manifests that run on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CustomResource, NestedStack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.kubernetes.addon import Addon
from constructs.kubernetes.applied_manifests import AppliedManifests
from constructs.kubernetes.cluster import Cluster
from constructs.kubernetes.cluster_autoscaler import ClusterAutoscaler
from constructs.kubernetes.cluster_remains import ClusterRemains
from constructs.kubernetes.external_secrets import ExternalSecrets
from constructs.kubernetes.load_balancer_controller import LoadBalancerController
from constructs.kubernetes.node_role import NodeRole
from constructs.kubernetes.nodes import Nodes
from constructs.kubernetes.operator_identity import OperatorIdentity
from constructs.kubernetes.pod_role import PodRole
from constructs.kubernetes.release import PodSecurity, Release
from constructs.kubernetes.storage_classes import StorageClasses
from constructs.kubernetes.storage_permissions import (
    WILDCARDS,
    ebs_statements,
    efs_controller_statements,
    efs_node_statements,
)
from constructs.security.deployment_key import DeploymentKey
from settings import versions
from settings.cluster import ClusterSettings, NodeGroup

SYSTEM = "kube-system"
NETWORK_POLICY = {"enableNetworkPolicy": "true"}
PREFIXES = {"env": {"ENABLE_PREFIX_DELEGATION": "true"}}
PREFIXES_TAG = "pergola:addresses"
"""On nodes with prefixes: EKS reckons how many pods a node takes when the launch template changes, not when the CNI
does (Amazon EKS user guide, "Assign more IP addresses to Amazon EKS nodes with prefixes")."""
DEPLOYMENT_TAG = "pergola:deployment"
"""On what controllers make, so that whoever tears the deployment down finds it; not on the disks of nodes, which go
with these."""


class Eks(NestedStack):
    """`cluster`, `log_group` of its control plane, `key` of its secrets, disks and logs.

    `node_groups`: their names. `kubeconfig_command`, `volumes_command`: what people type to reach it, and to see the
    volumes of its claims.

    Made in this order, and deleted in the reverse: cluster; CNI, proxy and Pod Identity, without which no node becomes
    ready; nodes; the other add-ons and the storage classes; what waits for volumes to be gone; the operators, one by
    one behind the load balancer controller, each with its namespace; what waits for load balancers to be gone; the
    manifests.
    """

    cluster: eks.ICluster
    log_group: logs.LogGroup
    key: kms.IKey
    node_groups: Sequence[str]
    kubeconfig_command: str
    volumes_command: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        kubernetes_version: str,
        vpc: ec2.IVpc,
        control_plane_security_group: ec2.ISecurityGroup,
        node_security_group: ec2.ISecurityGroup,
        kubectl_security_group: ec2.ISecurityGroup,
        settings: ClusterSettings,
        file_system: efs.IFileSystem | None,
        log_retention_days: int,
        keep_data: bool,
        tags: Mapping[str, str],
    ) -> None:
        """`name`: of the deployment, and of the cluster. `log_retention_days` may be a token. `tags`: of what EKS and
        the controllers make; CloudFormation tags the rest.

        `file_system`: for claims that many pods share; left out, there is no class `efs`. `keep_data`: volumes,
        and claims in the cluster, outlive what asked for them.
        """
        super().__init__(scope, construct_id, description="Kubernetes cluster, nodes, add-ons and operators")
        self._scope, self._name, self._settings, self._keep_data = scope, name, settings, keep_data
        self._kubernetes_version, self._tags = kubernetes_version, tags
        self._found_by = {**tags, DEPLOYMENT_TAG: name}
        self.key = DeploymentKey(
            self,
            "Key",
            description="Secrets, disks, volumes and logs of the cluster",
            keep_data=keep_data,
            via=("ec2", "eks"),
            logs_access=True,
        ).key
        made = Cluster(
            self,
            "Cluster",
            name=name,
            kubernetes_version=kubernetes_version,
            vpc=vpc,
            subnets=vpc.private_subnets,
            security_group=control_plane_security_group,
            kubectl_security_group=kubectl_security_group,
            key=self.key,
            public_access_cidrs=settings.public_access_cidrs,
            admin_role_arns=settings.admin_role_arns,
            deletion_protection=settings.deletion_protection,
            log_retention_days=log_retention_days,
            keep_data=keep_data,
        )
        self.cluster, self.log_group = made.cluster, made.log_group
        self.kubeconfig_command = f"aws eks update-kubeconfig --name {name} --region {Aws.REGION}"
        volumes = f"Name=tag:{DEPLOYMENT_TAG},Values={name}"
        self.volumes_command = f"aws ec2 describe-volumes --filters {volumes} --region {Aws.REGION}"
        interfaces = ClusterRemains(
            self, "Interfaces", cluster_name=name, kinds=["network_interfaces"], key=self.key
        )
        interfaces.node.add_dependency(made.resource)
        nodes = self._define_nodes(
            vpc, node_security_group, after=[interfaces, *self._define_network_addons()]
        )
        self.node_groups = [group.nodegroup_name for group in nodes]
        addons = self._define_addons(file_system)
        for addon in addons:
            addon.node.add_dependency(*nodes)
        classes = self._define_storage_classes(file_system)
        self._last: Construct = self._define_volumes(after=[*addons, classes])
        self._balancers = ClusterRemains(
            self, "Remains", cluster_name=name, kinds=["load_balancers", "security_groups"], key=self.key
        ).resource.node
        for release in self._define_operators(vpc.vpc_id):
            self._follow(release)

    def add_release(
        self,
        construct_id: str,
        *,
        name: str,
        namespace: str,
        pod_security: PodSecurity,
        repository: str,
        chart: str,
        version: str,
        values: Mapping[str, object],
        service_account: str | None = None,
        statements: Sequence[iam.PolicyStatement] = (),
    ) -> eks.HelmChart:
        """One more operator behind the others, in a namespace of its own that enforces `pod_security`.

        `service_account`: of the pods that may do in AWS what `statements` say. Left out: none may do anything.
        """
        release = Release(
            self,
            construct_id,
            cluster=self.cluster,
            name=name,
            namespace=namespace,
            makes_namespace=pod_security,
            repository=repository,
            chart=chart,
            version=version,
            values=values,
        )
        if service_account is not None:
            identity = OperatorIdentity(
                self,
                f"{construct_id}Identity",
                cluster=self.cluster,
                namespace=namespace,
                service_account=service_account,
                description=f"What {name} does in AWS",
                statements=statements,
                wildcards={},
            )
            release.chart.node.add_dependency(identity)
        self._follow(release)
        return release.chart

    def add_manifests(self, construct_id: str, manifests: Sequence[Mapping[str, Any]]) -> NestedStack:
        """Apply them when all of this stack is there; they are deleted before anything of it.

        They are a nested stack beside this one: whatever an application brings, the order of teardown holds as a
        whole, and the cluster's template stays readable and below its limits.
        """
        stack = NestedStack(self._scope, construct_id, description="Objects in the cluster")
        AppliedManifests(
            stack, "Manifests", cluster=self.cluster, manifests=manifests, keep_data=self._keep_data
        )
        stack.add_stack_dependency(self)
        return stack

    def _define_nodes(
        self, vpc: ec2.IVpc, security_group: ec2.ISecurityGroup, *, after: Sequence[Construct]
    ) -> list[eks.Nodegroup]:
        role = NodeRole(self, "NodeRole", session_manager=self._settings.session_manager).role

        def nodes(group: NodeGroup) -> eks.Nodegroup:
            made = Nodes(
                self,
                f"Nodes-{group.name}",
                cluster=self.cluster,
                kubernetes_version=self._kubernetes_version,
                subnets=vpc.private_subnets,
                security_group=security_group,
                role=role,
                key=self.key,
                name=group.name,
                instance_types=group.instance_types,
                min_nodes=group.min_nodes,
                desired_nodes=group.min_nodes if group.desired_nodes is None else group.desired_nodes,
                max_nodes=group.max_nodes,
                disk_gib=group.disk_gib,
                spot=group.spot,
                architecture=group.architecture,
                labels=group.labels,
                taints=[(taint.key, taint.value, taint.effect) for taint in group.taints],
                tags={**self._tags, PREFIXES_TAG: "prefixes"}
                if self._settings.prefix_delegation
                else self._tags,
            ).group
            made.node.add_dependency(*after)
            return made

        return [nodes(group) for group in self._settings.node_groups]

    def _define_network_addons(self) -> list[Addon]:
        """What a node needs to become ready."""
        pinned = self._settings.addon_versions
        cni = self._pod_role(
            "CniRole",
            "aws-node",
            description="Addresses of pods",
            managed_policies=["AmazonEKS_CNI_Policy"],
        )
        return [
            self._addon("PodIdentityAgent", "eks-pod-identity-agent", pinned.pod_identity_agent),
            self._addon("KubeProxy", "kube-proxy", pinned.kube_proxy),
            self._addon(
                "VpcCni",
                "vpc-cni",
                pinned.vpc_cni,
                roles={"aws-node": cni},
                configuration={
                    **NETWORK_POLICY,
                    **(PREFIXES if self._settings.prefix_delegation else {}),
                },
            ),
        ]

    def _define_addons(self, file_system: efs.IFileSystem | None) -> list[Addon]:
        """What runs on nodes."""
        pinned = self._settings.addon_versions
        ebs = self._pod_role(
            "EbsRole",
            "ebs-csi-controller-sa",
            description="Volumes of claims",
            statements=ebs_statements(),
        )
        addons = [
            self._addon("CoreDns", "coredns", pinned.coredns),
            self._addon("MetricsServer", "metrics-server", pinned.metrics_server),
            self._addon("SnapshotController", "snapshot-controller", pinned.snapshot_controller),
            self._addon(
                "EbsCsiDriver",
                "aws-ebs-csi-driver",
                pinned.ebs_csi_driver,
                roles={"ebs-csi-controller-sa": ebs},
                # Of snapshots too. In a class they could not change.
                configuration={"controller": {"extraVolumeTags": self._found_by}},
            ),
        ]
        if file_system is not None:
            addons.append(self._efs_addon(file_system.file_system_arn))
        return addons

    def _efs_addon(self, file_system_arn: str) -> Addon:
        controller = self._pod_role(
            "EfsControllerRole",
            "efs-csi-controller-sa",
            description="Access points of claims",
            statements=efs_controller_statements(file_system_arn),
        )
        node = self._pod_role(
            "EfsNodeRole",
            "efs-csi-node-sa",
            description="Mounts the file system",
            statements=efs_node_statements(file_system_arn),
        )
        return self._addon(
            "EfsCsiDriver",
            "aws-efs-csi-driver",
            self._settings.addon_versions.efs_csi_driver,
            roles={"efs-csi-controller-sa": controller, "efs-csi-node-sa": node},
        )

    def _define_operators(self, vpc_id: str) -> list[Release]:
        """Their releases, in order."""
        return [
            LoadBalancerController(
                self,
                "LoadBalancerController",
                cluster=self.cluster,
                name=self._name,
                vpc_id=vpc_id,
                tags=self._found_by,
                version=versions.LOAD_BALANCER_CONTROLLER,
            ).release,
            ExternalSecrets(
                self,
                "ExternalSecrets",
                cluster=self.cluster,
                secrets_prefix=f"{self._name}/",
                version=versions.EXTERNAL_SECRETS,
            ).release,
            ClusterAutoscaler(
                self,
                "ClusterAutoscaler",
                cluster=self.cluster,
                name=self._name,
                version=versions.CLUSTER_AUTOSCALER_CHART,
                image_tag=self._settings.addon_versions.cluster_autoscaler,
            ).release,
        ]

    def _define_storage_classes(self, file_system: efs.IFileSystem | None) -> StorageClasses:
        classes = StorageClasses(
            self,
            "StorageClasses",
            cluster=self.cluster,
            key=self.key,
        )
        if file_system is not None:
            classes.add_file_system(file_system.file_system_id)
        return classes

    def _define_volumes(self, *, after: Sequence[Construct]) -> CustomResource:
        """Deleted behind every namespace, whose claims hold volumes, and before the driver that deletes them.

        Where data is kept it is there with nothing to delete: going with a change of `keep_data`, it would delete.
        """
        volumes = ClusterRemains(
            self,
            "Volumes",
            cluster_name=self._name,
            kinds=[] if self._keep_data else ["volumes"],
            key=self.key,
        )
        volumes.resource.node.add_dependency(*after)
        return volumes.resource

    def _follow(self, release: Release) -> None:
        """Install it behind what there is; it goes when no load balancer is left, and then its namespace."""
        release.node.add_dependency(self._last)
        self._balancers.add_dependency(release.chart)
        self._last = release.chart

    def _addon(
        self,
        construct_id: str,
        name: str,
        version: str,
        *,
        roles: Mapping[str, iam.IRole] | None = None,
        configuration: Mapping[str, object] | None = None,
    ) -> Addon:
        return Addon(
            self,
            construct_id,
            cluster=self.cluster,
            name=name,
            version=version,
            roles=roles,
            configuration=configuration,
        )

    def _pod_role(
        self,
        construct_id: str,
        service_account: str,
        *,
        description: str,
        statements: Sequence[iam.PolicyStatement] = (),
        managed_policies: Sequence[str] = (),
    ) -> iam.Role:
        return PodRole(
            self,
            construct_id,
            cluster=self.cluster,
            namespace=SYSTEM,
            service_account=service_account,
            description=description,
            statements=statements,
            managed_policies=managed_policies,
            wildcards=WILDCARDS if statements else None,
        ).role
