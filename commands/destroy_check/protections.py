"""What ends each protection, in the words of the deployment file."""

from collections.abc import Mapping

from commands.destroy_check.model import Obstacle
from commands.flattened import Template
from commands.protections import DELETION, TERMINATION, Protection, protections
from settings.cluster import ClusterSettings
from settings.database import AuroraSettings
from settings.deployment import DeploymentBase
from settings.load_balancer import LoadBalancerSettings
from settings.model import Model
from settings.sign_in import SignInSettings

PROTECTED: Mapping[str, type[Model]] = {
    "AWS::EKS::Cluster": ClusterSettings,
    "AWS::RDS::DBCluster": AuroraSettings,
    "AWS::RDS::DBInstance": AuroraSettings,
    "AWS::Cognito::UserPool": SignInSettings,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": LoadBalancerSettings,
}
"""Of each type that can be protected the settings whose `deletion_protection` protects it."""
Sections = Mapping[str, str]
"""Section of the deployment file that protects each type."""


def sections(settings: DeploymentBase) -> Sections:
    """What a deployment's file calls the settings of each type; what it has none of is left out."""
    given = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {
        kind: name
        for kind, model in PROTECTED.items()
        for name, section in given.items()
        if isinstance(section, model)
    }


def obstacles(
    template: Template, deployment: str, *, termination: bool, sections: Sections
) -> list[Obstacle]:
    """What refuses deletion. `termination`: whether the stack has termination protection."""
    return [
        Obstacle(name=each.address or deployment, what=each.what, remedy=_remedy(each, sections))
        for each in protections(template, termination=termination)
    ]


def _remedy(protection: Protection, sections: Sections) -> str:
    if protection.what == TERMINATION:
        return "termination_protection: false, deploy"
    if protection.what == DELETION:
        section = sections.get(protection.kind)
        if section is None:
            return "deletion_protection: false in the file that it was deployed from, deploy"
        return f"{section}.deletion_protection: false, deploy"
    unlock = "aws backup delete-backup-vault-lock-configuration"
    if protection.days:
        return f"{unlock} before it is final; else wait until the last recovery point is over"
    return unlock
