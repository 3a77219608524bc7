"""What `execute-command` adds to a task's role."""

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from constructs.security.findings import as_shown

AGENT_FOLDERS = {
    "managed-agents": "/managed-agents",
    "agent": "/var/lib/amazon/ssm",
    "agent-log": "/var/log/amazon/ssm",
}
"""What the agent behind `execute-command` writes to (aws/containers-roadmap#1359)."""


def agent_folders() -> list[ecs.MountPoint]:
    """Where a container lets the agent write."""
    return [
        ecs.MountPoint(source_volume=volume, container_path=path, read_only=False)
        for volume, path in AGENT_FOLDERS.items()
    ]


def acknowledge_sessions(role: iam.Role, *, log_group: logs.LogGroup) -> None:
    """Answer cdk-nag's findings on the permissions that the library gives `role` for sessions logged in `log_group`."""
    resource = log_group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)
    stack = Stack.of(role)
    arn = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:<{stack.get_logical_id(resource)}>:*"
    why = {
        "Resource::*": "ssmmessages and logs:DescribeLogGroups know no resources; the setting is off by default.",
        f"Resource::{as_shown(arn)}": "Log streams of this one group, which record what people do in a session.",
    }
    Validations.of(role).acknowledge(
        *(Acknowledgment(id=f"AwsSolutions-IAM5[{found}]", reason=reason) for found, reason in why.items())
    )
