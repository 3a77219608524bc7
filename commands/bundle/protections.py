"""The line of shell that makes each protection give way, for a team with the AWS CLI alone."""

from commands.assembly import NESTED, construct
from commands.flattened import Template
from commands.protections import DELETION, TERMINATION, Protection

COMMANDS = {
    "AWS::EKS::Cluster": "aws eks update-cluster-config --no-deletion-protection --name {}",
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
"""The command that switches off the deletion protection of each type, with `{}` for its physical ID."""
STOP_TERMINATION = (
    "aws cloudformation update-termination-protection --no-enable-termination-protection"
    ' --stack-name "$STACK"'
)
UNLOCK = "aws backup delete-backup-vault-lock-configuration --backup-vault-name {}"
FINAL = "  # only in the first {} days; later its recovery points, and so the vault, stay until their time is over"


def command(protection: Protection, template: Template) -> str:
    """What ends it, in the words of the README: `$STACK`, and `physical` for the ID of a resource."""
    if protection.what == TERMINATION:
        return STOP_TERMINATION
    identified = f'"{physical(protection.address, template)}"'
    if protection.what == DELETION:
        return COMMANDS[protection.kind].format(identified)
    return UNLOCK.format(identified) + (FINAL.format(protection.days) if protection.days else "")


def physical(address: str, template: Template) -> str:
    """The shell's words for a resource's physical ID: `physical` asks a stack for that of a logical ID."""
    path, _, logical_id = address.rpartition(".")
    if not path:
        return f'$(physical "$STACK" {logical_id})'
    (stack,) = (
        other
        for other, resource in template["Resources"].items()
        if resource["Type"] == NESTED and construct(other) == path
    )
    return f'$(physical "{physical(stack, template)}" {logical_id})'
