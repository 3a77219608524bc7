"""What ends each protection, in the words of the deployment file."""

from commands.destroy_check.model import Obstacle
from commands.flattened import Template
from commands.protections import DELETION, TERMINATION, Protection, protections

SECTIONS = {
    "AWS::EKS::Cluster": "cluster",
    "AWS::RDS::DBCluster": "database",
    "AWS::RDS::DBInstance": "database",
    "AWS::Cognito::UserPool": "sign_in",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "load_balancer",
}
"""The section of the deployment file whose `deletion_protection` protects each type."""


def obstacles(template: Template, deployment: str, *, termination: bool) -> list[Obstacle]:
    """What refuses deletion. `termination`: whether the stack has termination protection."""
    return [
        Obstacle(name=each.address or deployment, what=each.what, remedy=_remedy(each))
        for each in protections(template, termination=termination)
    ]


def _remedy(protection: Protection) -> str:
    if protection.what == TERMINATION:
        return "termination_protection: false, deploy"
    if protection.what == DELETION:
        return f"{SECTIONS[protection.kind]}.deletion_protection: false, deploy"
    unlock = "aws backup delete-backup-vault-lock-configuration"
    if protection.days:
        return f"{unlock} before it is final; else wait until the last recovery point is over"
    return unlock
