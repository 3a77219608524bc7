"""What pods may do in AWS: a role for each service account, by EKS Pod Identity."""

from collections.abc import Mapping, Sequence

from aws_cdk import NestedStack
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.compute.bucket_access import allow_objects
from constructs.kubernetes.pod_role import PodRole


class PodIdentities(NestedStack):
    """Roles and their associations; pods get credentials when they are made, so what applies pods comes after."""

    def __init__(self, scope: Construct, construct_id: str, *, cluster: eks.ICluster, namespace: str) -> None:
        """`namespace`: of the service accounts."""
        super().__init__(scope, construct_id, description="Roles of pods")
        self._cluster, self._namespace = cluster, namespace

    def add_role(
        self,
        service_account: str,
        *,
        description: str,
        statements: Sequence[iam.PolicyStatement] = (),
        wildcards: Mapping[str, str] | None = None,
        buckets: Mapping[str, s3.IBucket] | None = None,
    ) -> None:
        """`buckets`: prefix → bucket of this deployment under which the pods keep objects.

        `wildcards`: a resource in `statements` that is a pattern → why it is.
        """
        role = PodRole(
            self,
            service_account.title().replace("-", ""),
            cluster=self._cluster,
            namespace=self._namespace,
            service_account=service_account,
            description=description,
            statements=statements,
            wildcards=wildcards,
        ).role
        for prefix, bucket in (buckets or {}).items():
            allow_objects(role, bucket=bucket, prefix=prefix)
        eks.CfnPodIdentityAssociation(
            self,
            f"{service_account.title().replace('-', '')}Association",
            cluster_name=self._cluster.cluster_name,
            namespace=self._namespace,
            service_account=service_account,
            role_arn=role.role_arn,
        )
