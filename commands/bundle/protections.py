"""What refuses to be deleted, with the command that makes it give way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from commands.assembly import NESTED
from commands.stateful import LEFT_BEHIND

Template = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Protection:
    """A resource that goes with its stack, and may not; `command` is a line of shell."""

    address: str
    kind: str
    command: str


def _attribute(properties: Template) -> bool:
    attributes = properties.get("LoadBalancerAttributes", [])
    return {"Key": "deletion_protection.enabled", "Value": "true"} in attributes


KINDS: dict[str, tuple[Callable[[Template], bool], str]] = {
    "AWS::RDS::DBCluster": (
        lambda properties: bool(properties.get("DeletionProtection")),
        "aws rds modify-db-cluster --no-deletion-protection --db-cluster-identifier {}",
    ),
    "AWS::RDS::DBInstance": (
        lambda properties: bool(properties.get("DeletionProtection")),
        "aws rds modify-db-instance --no-deletion-protection --db-instance-identifier {}",
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        _attribute,
        "aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false"
        " --load-balancer-arn {}",
    ),
    "AWS::Cognito::UserPool": (
        lambda properties: properties.get("DeletionProtection") == "ACTIVE",
        "aws cognito-idp update-user-pool --deletion-protection INACTIVE --user-pool-id {}",
    ),
}
"""How each type is protected, and the command with `{}` for its physical ID."""


def protections(template: Template) -> Iterator[Protection]:
    """Those of a flattened template; what stays anyway (`Retain`) stops nothing."""
    for address, resource in template["Resources"].items():
        protected, command = KINDS.get(resource["Type"], (None, ""))
        policy = resource.get("DeletionPolicy", "Delete")
        stays = policy in LEFT_BEHIND - {"Snapshot"}
        if protected and protected(resource.get("Properties", {})) and not stays:
            yield Protection(
                address=address,
                kind=resource["Type"],
                command=command.format(f'"{_physical(address, template)}"'),
            )


def _physical(address: str, template: Template) -> str:
    """The shell's words for a resource's physical ID: `physical` asks a stack for that of a logical ID."""
    path, _, logical_id = address.rpartition(".")
    if not path:
        return f'$(physical "$STACK" {logical_id})'
    (stack,) = (
        other
        for other, resource in template["Resources"].items()
        if resource["Type"] == NESTED and other.startswith(f"{path}NestedStack")
    )
    return f'$(physical "{_physical(stack, template)}" {logical_id})'
