"""A log group with a key and a retention that may be a parameter."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class EncryptedLogGroup(Construct):
    """`log_group`."""

    log_group: logs.LogGroup

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, retention_days: int, keep_data: bool
    ) -> None:
        """`retention_days` may be a token. `keep_data`: the logs outlive the stack."""
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Resource",
            encryption_key=key,
            removal_policy=RemovalPolicy.RETAIN if keep_data else RemovalPolicy.DESTROY,
        )
        resource = self.log_group.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.retention_in_days = retention_days  # the L2 takes an enum, which no parameter can be
