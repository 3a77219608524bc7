"""The identity of an operator that a Helm chart installs."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.kubernetes.pod_role import PodRole


class OperatorIdentity(Construct):
    """A role and its Pod Identity association; the chart depends on both.

    Pods get their credentials when they are made, and need them until the last of their work is cleaned up.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        namespace: str,
        service_account: str,
        description: str,
        statements: Sequence[iam.PolicyStatement],
        wildcards: Mapping[str, str],
    ) -> None:
        """`wildcards`: a resource in `statements` that is a pattern → why it is."""
        super().__init__(scope, construct_id)
        role = PodRole(
            self,
            "Pods",
            cluster=cluster,
            namespace=namespace,
            service_account=service_account,
            description=description,
            statements=statements,
            wildcards=wildcards,
        ).role
        eks.CfnPodIdentityAssociation(
            self,
            "Association",
            cluster_name=cluster.cluster_name,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.role_arn,
        )
