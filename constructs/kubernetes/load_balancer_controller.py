"""The AWS Load Balancer Controller."""

from collections.abc import Mapping

from aws_cdk import Aws
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from constructs.kubernetes.load_balancer_permissions import WILDCARDS, load_balancer_statements
from constructs.kubernetes.operator_identity import OperatorIdentity
from constructs.kubernetes.release import CONTAINER_SECURITY, POD_SECURITY, Release, resources

NAME = "aws-load-balancer-controller"
NAMESPACE = "kube-system"


class LoadBalancerController(Construct):
    """`release`: makes an ALB of an Ingress of class `alb`, an NLB of a Service of class `service.k8s.aws/nlb`.

    A Service has to name the class: the webhook that would write it into every Service stops each of them, those of
    add-ons too, while the controller is not ready.
    """

    release: Release

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        name: str,
        vpc_id: str,
        tags: Mapping[str, str],
        version: str,
    ) -> None:
        """`name`: of the cluster. `tags`: of what it makes. `version`: of the chart."""
        super().__init__(scope, construct_id)
        identity = OperatorIdentity(
            self,
            "Identity",
            cluster=cluster,
            namespace=NAMESPACE,
            service_account=NAME,
            description="Load balancers of Ingresses and Services",
            statements=load_balancer_statements(cluster_name=name, vpc_id=vpc_id),
            wildcards=WILDCARDS,
        )
        self.release = Release(
            self,
            "Release",
            cluster=cluster,
            name=NAME,
            namespace=NAMESPACE,
            repository="https://aws.github.io/eks-charts",
            chart=NAME,
            version=version,
            values={
                "clusterName": name,
                "region": Aws.REGION,  # pods do not reach the instance's metadata
                "vpcId": vpc_id,
                "serviceAccount": {"create": True, "name": NAME},
                "defaultTargetType": "ip",
                "defaultTags": dict(tags),
                "enableServiceMutatorWebhook": False,
                "enableShield": False,
                "enableWaf": False,
                "keepTLSSecret": True,
                "podDisruptionBudget": {"maxUnavailable": 1},
                "podSecurityContext": {**POD_SECURITY, "fsGroup": 65534},
                "securityContext": CONTAINER_SECURITY,
                "resources": resources("50m", "256Mi"),
            },
        )
        self.release.chart.node.add_dependency(identity)
