"""Cluster Autoscaler."""

from aws_cdk import Aws
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.kubernetes.operator_identity import OperatorIdentity
from constructs.kubernetes.release import CONTAINER_SECURITY, POD_SECURITY, Release, resources

NAME = "cluster-autoscaler"
NAMESPACE = "kube-system"


class ClusterAutoscaler(Construct):
    """`release`: changes the number of nodes between the limits of each group.

    Not Karpenter: the groups of the deployment file stay the whole truth about nodes, which the capacity check
    reckons with, and CloudFormation ends every one of them. Karpenter's nodes are outside of the stack (a deletion
    would have to find them first) and bring a queue, rules and custom resources of their own.

    In a group over several zones EC2 chooses the zone: a pod whose volume is in another one may wait for a node.
    """

    release: Release

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        name: str,
        version: str,
        image_tag: str,
    ) -> None:
        """`name`: of the cluster. `version`: of the chart. `image_tag`: of the cluster's minor version."""
        super().__init__(scope, construct_id)
        here = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
        groups = f"arn:{Aws.PARTITION}:autoscaling:{here}:autoScalingGroup:*:autoScalingGroupName/eks-*"
        node_groups = f"arn:{Aws.PARTITION}:eks:{here}:nodegroup/{name}/*"
        identity = OperatorIdentity(
            self,
            "Identity",
            cluster=cluster,
            namespace=NAMESPACE,
            service_account=NAME,
            description="Changes the number of nodes",
            statements=[
                iam.PolicyStatement(
                    actions=[
                        "autoscaling:SetDesiredCapacity",
                        "autoscaling:TerminateInstanceInAutoScalingGroup",
                    ],
                    resources=[groups],
                    conditions={
                        "StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{name}": "owned"}
                    },
                ),
                iam.PolicyStatement(actions=["eks:DescribeNodegroup"], resources=[node_groups]),
                iam.PolicyStatement(
                    actions=[
                        "autoscaling:DescribeAutoScalingGroups",
                        "autoscaling:DescribeAutoScalingInstances",
                        "autoscaling:DescribeLaunchConfigurations",
                        "autoscaling:DescribeScalingActivities",
                        "autoscaling:DescribeTags",
                        "ec2:DescribeImages",
                        "ec2:DescribeInstanceTypes",
                        "ec2:DescribeLaunchTemplateVersions",
                        "ec2:GetInstanceTypesFromInstanceRequirements",
                    ],
                    resources=["*"],
                ),
            ],
            wildcards={
                "*": "Descriptions know no resources.",
                groups: "EKS names the groups; the condition on the cluster's tag holds it to its own.",
                node_groups: "The groups of this one cluster, whose names are generated.",
            },
        )
        self.release = Release(
            self,
            "Release",
            cluster=cluster,
            name=NAME,
            namespace=NAMESPACE,
            repository="https://kubernetes.github.io/autoscaler",
            chart=NAME,
            version=version,
            values={
                "fullnameOverride": NAME,
                "image": {"tag": image_tag},
                "autoDiscovery": {"clusterName": name},
                "awsRegion": Aws.REGION,
                "rbac": {"serviceAccount": {"create": True, "name": NAME}},
                "extraArgs": {
                    "balance-similar-node-groups": True,
                    "expander": "least-waste",
                    "skip-nodes-with-local-storage": False,
                    "skip-nodes-with-system-pods": False,
                },
                "securityContext": {**POD_SECURITY, "fsGroup": 65534},
                "containerSecurityContext": CONTAINER_SECURITY,
                "resources": resources("50m", "300Mi"),
            },
        )
        self.release.chart.node.add_dependency(identity)
