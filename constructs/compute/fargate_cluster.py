"""An ECS cluster that has Fargate and nothing else."""

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class FargateCluster(Construct):
    """`cluster`, with on-demand and Spot capacity; sessions of `execute-command` are encrypted and logged."""

    cluster: ecs.Cluster

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        key: kms.IKey,
        container_insights: bool,
        sessions: logs.ILogGroup | None,
    ) -> None:
        """`sessions`: where what people do in `execute-command` is logged. Left out: nobody can."""
        super().__init__(scope, construct_id)
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=vpc,
            enable_fargate_capacity_providers=True,
            container_insights_v2=ecs.ContainerInsights.ENHANCED
            if container_insights
            else ecs.ContainerInsights.DISABLED,
            execute_command_configuration=None if sessions is None else _logged(key, sessions),
        )
        if not container_insights:
            Validations.of(self.cluster).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-ECS4",
                    reason="Billed per metric, off where the file says so; alarms use what ECS gives anyway.",
                )
            )


def _logged(key: kms.IKey, sessions: logs.ILogGroup) -> ecs.ExecuteCommandConfiguration:
    return ecs.ExecuteCommandConfiguration(
        kms_key=key,
        logging=ecs.ExecuteCommandLogging.OVERRIDE,
        log_configuration=ecs.ExecuteCommandLogConfiguration(
            cloud_watch_log_group=sessions, cloud_watch_encryption_enabled=True
        ),
    )
