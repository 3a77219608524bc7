"""AegisAI's manifests, the same wherever the cluster is made."""

from k8s.aegisai.chart import AegisAI
from k8s.manifests import Manifest, render
from settings.aegisai import AegisAIDeployment


def manifests(settings: AegisAIDeployment) -> list[Manifest]:
    """Every object in the order of applying; tokens of the CDK are refused."""
    return render(lambda app: AegisAI(app, settings=settings))


def firewall_class(name: str, web_acl_arn: str) -> list[Manifest]:
    """A class of Ingresses whose load balancer has the web ACL, which only AWS names.

    name: of the class. web_acl_arn may be a token: the system's stack applies these itself.
    """
    group = "elbv2.k8s.aws"
    return [
        {
            "apiVersion": f"{group}/v1beta1",
            "kind": "IngressClassParams",
            "metadata": {"name": name},
            "spec": {"wafv2AclArn": web_acl_arn},
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {"name": name},
            "spec": {
                "controller": "ingress.k8s.aws/alb",
                "parameters": {"apiGroup": group, "kind": "IngressClassParams", "name": name},
            },
        },
    ]
