"""A log group with a key and a retention that may be a parameter."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.data.retention import kept


class EncryptedLogGroup(Construct):
    """`log_group`."""

    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        retention_days: int,
        keep_data: bool,
        name: str | None = None,
    ) -> None:
        """`retention_days` may be a token. `keep_data`: the logs outlive the stack. `name` left out: generated."""
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Resource",
            log_group_name=name,
            encryption_key=key,
            removal_policy=kept(keep_data),
        )
        resource = self.log_group.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.retention_in_days = retention_days  # the L2 takes an enum, which no parameter can be
