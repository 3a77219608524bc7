"""An EKS cluster that people reach by access entries, and CloudFormation through kubectl in the VPC."""

from collections.abc import Sequence
from hashlib import sha256
from typing import cast

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk.lambda_layer_kubectl_v36 import KubectlV36Layer
from constructs import Construct

from constructs.kubernetes.kubectl import KubectlRole, settle_kubectl
from constructs.observability.encrypted_log_group import EncryptedLogGroup

POLICY = "AmazonEKSClusterPolicy"


class Cluster(Construct):
    """`cluster`, its `resource`, and `log_group` of its control plane.

    Its name is physical, because EKS writes its log to a group that is named after it.
    """

    cluster: eks.ICluster
    resource: eks.CfnCluster
    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        kubernetes_version: str,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        security_group: ec2.ISecurityGroup,
        kubectl_security_group: ec2.ISecurityGroup,
        key: kms.IKey,
        public_access_cidrs: Sequence[str],
        admin_role_arns: Sequence[str],
        deletion_protection: bool,
        log_retention_days: int,
        keep_data: bool,
    ) -> None:
        """`security_group`: of the control plane's interfaces. `key`: encrypts secrets and logs.

        `public_access_cidrs`: none, and the API is reached from the VPC alone.
        """
        super().__init__(scope, construct_id)
        self.log_group = EncryptedLogGroup(
            self,
            "Log",
            name=f"/aws/eks/{name}/cluster",
            key=key,
            retention_days=log_retention_days,
            keep_data=keep_data,
        ).log_group
        kubectl = KubectlRole(self, "KubectlRole", cluster_name=name)
        cluster = eks.Cluster(
            self,
            "Cluster",
            cluster_name=name,
            version=eks.KubernetesVersion.of(kubernetes_version),
            role=self._role(),
            vpc=vpc,
            vpc_subnets=[ec2.SubnetSelection(subnets=list(subnets))],
            security_group=security_group,
            endpoint_access=eks.EndpointAccess.PUBLIC_AND_PRIVATE.only_from(*public_access_cidrs)
            if public_access_cidrs
            else eks.EndpointAccess.PRIVATE,
            secrets_encryption_key=key,
            cluster_logging=list(eks.ClusterLoggingTypes),
            bootstrap_cluster_creator_admin_permissions=False,
            bootstrap_self_managed_addons=False,
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            prune=False,  # its labels would make the applied manifest another one than the tested
            output_config_command=False,
            kubectl_provider_options=eks.KubectlProviderOptions(
                kubectl_layer=KubectlV36Layer(self, "Kubectl"),
                # Unchangeable: the provider would let it read every image of the account.
                role=kubectl.role.without_policy_updates(),
                private_subnets=list(subnets),
                security_groups=[kubectl_security_group],
            ),
        )
        resource = cluster.node.default_child
        assert isinstance(resource, eks.CfnCluster)
        resource.deletion_protection = deletion_protection
        resource.upgrade_policy = eks.CfnCluster.UpgradePolicyProperty(support_type="STANDARD")
        resource.zonal_shift_config = eks.CfnCluster.ZonalShiftConfigProperty(enabled=True)
        resource.node.add_dependency(self.log_group)  # or EKS makes it, without key and retention
        settle_kubectl(cluster, role=kubectl, key=key)
        for arn in admin_role_arns:
            cluster.grant_cluster_admin(_administrator(arn), arn)
        Validations.of(cluster).acknowledge(
            Acknowledgment(
                id="Annotation::@aws-cdk/aws-eks:clusterMustManuallyTagSubnet",
                reason="The AWS Load Balancer Controller tells public subnets from private ones by their routes.",
            )
        )
        self.resource = resource
        self.cluster = cast(eks.ICluster, cluster)  # which the library's annotations say it is not

    def _role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            description="The control plane of the cluster",
            assumed_by=iam.ServicePrincipal("eks.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(POLICY)],
        )
        Validations.of(role).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{POLICY}]",
                reason="What EKS demands of a control plane, kept by AWS in step with it.",
            )
        )
        return role


def _administrator(arn: str) -> str:
    """The same for the same role wherever it stands in the list: EKS takes one entry for each."""
    name = arn.rpartition("/")[2]
    return f"Administrator-{name}-{sha256(arn.encode()).hexdigest()[:8]}"
