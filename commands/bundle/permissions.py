"""Which permissions of its own a deployment makes, and what CloudFormation wants to hear about it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.bundle.values import said

Template = dict[str, Any]
MACRO = '"Fn::Transform"'
NAMES = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
"""Properties that make CAPABILITY_NAMED_IAM necessary."""

PREFIXES = {
    "ApplicationAutoScaling": "application-autoscaling",
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "EFS": "elasticfilesystem",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
}
"""IAM's prefix of a service's actions where it is not the word of its types in small letters."""
ALWAYS = ("cloudformation", "s3")
"""For the deployment itself, and for what `package` uploaded."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """An IAM role; `assumed_by` are the services and accounts that its trust policy names."""

    address: str
    assumed_by: str
    description: str


def capabilities(template: Template) -> list[str]:
    """What `--capabilities` must say for a flattened template."""
    resources = template["Resources"].values()
    needed = []
    if any(each["Type"].startswith("AWS::IAM::") for each in resources):
        named = any(NAMES.get(each["Type"]) in each.get("Properties", {}) for each in resources)
        needed.append("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
    if "Transform" in template or MACRO in json.dumps(template):
        needed.append("CAPABILITY_AUTO_EXPAND")
    return needed


def services(template: Template) -> list[str]:
    """Prefixes of the actions that whoever deploys needs: those of all types of a flattened template."""
    names = [each["Type"].split("::") for each in template["Resources"].values()]
    found = {PREFIXES.get(name[1], name[1].lower()) for name in names if name[0] == "AWS"}
    more = {"backup-storage"} if "backup" in found else set()
    return sorted({*found, *more, *ALWAYS})


def roles(template: Template) -> Iterator[Role]:
    """Every IAM role of a flattened template."""
    for address, resource in template["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            properties = resource["Properties"]
            statements = properties["AssumeRolePolicyDocument"]["Statement"]
            yield Role(
                address=address,
                assumed_by=", ".join(
                    sorted({who for each in statements for who in _principals(each, template)})
                ),
                description=said(properties.get("Description", ""), template),
            )


def _principals(statement: Template, template: Template) -> Iterator[str]:
    principal = statement["Principal"]
    values = principal.values() if isinstance(principal, dict) else [principal]
    for value in values:
        for each in value if isinstance(value, list) else [value]:
            yield said(each, template)
