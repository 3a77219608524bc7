"""The External Secrets Operator."""

from aws_cdk import Aws
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.kubernetes.operator_identity import OperatorIdentity
from constructs.kubernetes.release import CONTAINER_SECURITY, Release, resources

NAME = "external-secrets"


class ExternalSecrets(Construct):
    """`release`: reads the secrets of one deployment by Pod Identity; a SecretStore names service and region alone.

    Decryption needs no permission: the keys let this account's callers through Secrets Manager.
    """

    release: Release

    def __init__(
        self, scope: Construct, construct_id: str, *, cluster: eks.ICluster, secrets_prefix: str, version: str
    ) -> None:
        """`secrets_prefix`: of the names that it may read, as `<deployment>/`. `version`: of the chart."""
        super().__init__(scope, construct_id)
        secrets = f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:{secrets_prefix}*"
        identity = OperatorIdentity(
            self,
            "Identity",
            cluster=cluster,
            namespace=NAME,
            service_account=NAME,
            description="Reads the secrets of the deployment",
            statements=[
                iam.PolicyStatement(
                    actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                    resources=[secrets],
                )
            ],
            wildcards={secrets: "The secrets of this deployment, and the suffix that Secrets Manager adds."},
        )
        security = {"securityContext": _SECURITY}
        self.release = Release(
            self,
            "Release",
            cluster=cluster,
            name=NAME,
            namespace=NAME,
            makes_namespace="restricted",
            repository="https://charts.external-secrets.io",
            chart=NAME,
            version=version,
            values={
                "installCRDs": True,
                "serviceAccount": {"create": True, "name": NAME},
                **security,
                "resources": resources("20m", "128Mi"),
                "webhook": {**security, "resources": resources("10m", "64Mi")},
                "certController": {**security, "resources": resources("10m", "128Mi")},
            },
        )
        self.release.chart.node.add_dependency(identity)


_SECURITY = {
    **CONTAINER_SECURITY,
    "enabled": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
