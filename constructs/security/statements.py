"""Policy statements, as short as they are read."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam


def allow(
    actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, object] | None = None
) -> iam.PolicyStatement:
    """A statement that allows actions on resources. `conditions` left out: always."""
    return iam.PolicyStatement(
        actions=list(actions),
        resources=list(resources),
        conditions=None if conditions is None else dict(conditions),
    )
