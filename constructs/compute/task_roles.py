"""The two roles of a task, each with nothing but what it is given."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct


class TaskRoles(Construct):
    """`execution` is ECS's own while it starts the task; `task` is what the containers are."""

    execution: iam.Role
    task: iam.Role

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        tasks = iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        ours = {
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            "ArnLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:ecs:{Aws.REGION}:{Aws.ACCOUNT_ID}:*"},
        }
        self.execution = iam.Role(
            self,
            "Execution",
            description=f"Lets ECS start {name}: its image, its secrets, its log",
            assumed_by=tasks,
        )
        self.task = iam.Role(
            self,
            "Task",
            description=f"What the containers of {name} may do",
            assumed_by=tasks.with_conditions(ours),
        )
