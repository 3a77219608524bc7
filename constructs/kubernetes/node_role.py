"""What a node may do."""

from aws_cdk import Acknowledgment, Aws, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

WORKER = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
SESSIONS = "AmazonSSMManagedInstanceCore"


class NodeRole(Construct):
    """`role`: join the cluster, hand out Pod Identity, pull images; the network is the CNI's own role."""

    role: iam.Role

    def __init__(self, scope: Construct, construct_id: str, *, session_manager: bool) -> None:
        """`session_manager`: people may open a shell on a node."""
        super().__init__(scope, construct_id)
        names = (*WORKER, *((SESSIONS,) if session_manager else ()))
        self.role = iam.Role(
            self,
            "Role",
            description="Nodes: join the cluster and pull images",
            assumed_by=iam.ServicePrincipal(f"ec2.{Aws.URL_SUFFIX}"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in names],
        )
        for name in names:
            Validations.of(self.role).acknowledge(
                Acknowledgment(
                    id=f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]",
                    reason="What EKS demands of a node, kept by AWS in step with the agents on it.",
                )
            )
