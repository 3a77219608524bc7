"""The log that Aurora writes to."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from constructs import Construct

from constructs.data.retention import kept


class PostgresqlLog(Construct):
    """A group under the name that Aurora chooses, with key and retention; instances wait for it.

    The first instance makes a group without both, unless it finds one of that name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: rds.DatabaseCluster,
        instances: list[rds.CfnDBInstance],
        key: kms.IKey,
        retention_days: float,
        keep_data: bool,
    ) -> None:
        """`retention_days` may be a token. `keep_data`: the log outlives the stack."""
        super().__init__(scope, construct_id)
        # L1: the L2 takes no token for the retention.
        group = logs.CfnLogGroup(
            self,
            "Default",
            log_group_name=f"/aws/rds/cluster/{cluster.cluster_identifier}/postgresql",
            kms_key_id=key.key_arn,
            retention_in_days=retention_days,
        )
        group.apply_removal_policy(kept(keep_data))
        for instance in instances:
            instance.add_resource_dependency(group)
