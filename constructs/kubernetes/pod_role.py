"""An IAM role for the pods of one service account."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, Aws, Validations
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.security.findings import as_shown

PODS = "pods.eks.amazonaws.com"
MANAGED = "What AWS publishes for this add-on, kept in step with it."


class PodRole(Construct):
    """`role`: EKS Pod Identity gives it to one service account of one cluster, and to nothing else."""

    role: iam.Role

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        namespace: str,
        service_account: str,
        description: str,
        statements: Sequence[iam.PolicyStatement] = (),
        managed_policies: Sequence[str] = (),
        wildcards: Mapping[str, str] | None = None,
    ) -> None:
        """`statements`, `managed_policies` of AWS: what the pods may do.

        `wildcards`: a resource in `statements` that is a pattern → why it is.
        """
        super().__init__(scope, construct_id)
        pods = iam.ServicePrincipal(PODS).with_conditions(
            {
                "StringEquals": {
                    "aws:SourceAccount": Aws.ACCOUNT_ID,
                    "aws:RequestTag/kubernetes-namespace": namespace,
                    "aws:RequestTag/kubernetes-service-account": service_account,
                },
                "ArnEquals": {"aws:SourceArn": cluster.cluster_arn},
            }
        )
        self.role = iam.Role(
            self,
            "Role",
            description=description,
            assumed_by=iam.SessionTagsPrincipal(pods),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in managed_policies
            ],
        )
        for statement in statements:
            self.role.add_to_policy(statement)
        shown = "arn:<AWS::Partition>:iam::aws:policy"
        ids = {f"AwsSolutions-IAM4[Policy::{shown}/{name}]": MANAGED for name in managed_policies}
        for pattern, reason in (wildcards or {}).items():
            ids[f"AwsSolutions-IAM5[Resource::{as_shown(pattern)}]"] = reason
        for finding, reason in ids.items():
            Validations.of(self.role).acknowledge(Acknowledgment(id=finding, reason=reason))
