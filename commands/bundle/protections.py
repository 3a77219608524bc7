"""What refuses to be deleted, with the command that makes it give way."""

from collections.abc import Iterator
from dataclasses import dataclass

from commands.assembly import NESTED
from commands.flattened import Template
from commands.stateful import LEFT_BEHIND, is_protected


@dataclass(frozen=True, kw_only=True)
class Protection:
    """A resource that goes with its stack, and may not; `command` is a line of shell."""

    address: str
    kind: str
    command: str


COMMANDS = {
    "AWS::RDS::DBCluster": "aws rds modify-db-cluster --no-deletion-protection --db-cluster-identifier {}",
    "AWS::RDS::DBInstance": "aws rds modify-db-instance --no-deletion-protection --db-instance-identifier {}",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false"
        " --load-balancer-arn {}"
    ),
    "AWS::Cognito::UserPool": (
        "aws cognito-idp update-user-pool --deletion-protection INACTIVE --user-pool-id {}"
    ),
}
"""The command that switches off the protection of each type, with `{}` for its physical ID."""


def protections(template: Template) -> Iterator[Protection]:
    """Those of a flattened template; what stays anyway (`Retain`) stops nothing."""
    for address, resource in template["Resources"].items():
        stays = resource.get("DeletionPolicy", "Delete") in LEFT_BEHIND - {"Snapshot"}
        if is_protected(resource) and not stays:
            command = COMMANDS[resource["Type"]].format(f'"{_physical(address, template)}"')
            yield Protection(address=address, kind=resource["Type"], command=command)


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
