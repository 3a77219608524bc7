"""A service that never runs two versions at once."""

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from constructs.compute.fargate_task import FargateTask


class FargateService(Construct):
    """`service`, in the private subnets; a deployment stops all tasks of one version before it starts the next.

    The number of tasks is not in the template: an update of the stack would undo what scaling and schedules decided.
    """

    service: ecs.FargateService

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: ecs.ICluster,
        task: FargateTask,
        security_group: ec2.ISecurityGroup,
        spot: bool,
        execute_command: bool,
        grace_seconds: int | None = None,
    ) -> None:
        """`spot`: tasks may be stopped with two minutes' notice.

        `grace_seconds`: the load balancer's health check does not count so long. Left out: there is none.
        """
        super().__init__(scope, construct_id)
        provider = "FARGATE_SPOT" if spot else "FARGATE"
        self.service = ecs.FargateService(
            self,
            "Resource",
            cluster=cluster,
            task_definition=task.definition,
            security_groups=[security_group],
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider=provider, weight=1)],
            min_healthy_percent=0,
            max_healthy_percent=100,
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.DISABLED,  # needs more than 100 percent
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            enable_execute_command=execute_command,
            health_check_grace_period=None if grace_seconds is None else Duration.seconds(grace_seconds),
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
        )
        # The library waits for the task's role alone, and a first task would be refused its secrets.
        self.service.node.add_dependency(task.roles.execution)
