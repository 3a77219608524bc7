"""The Lambda functions behind our custom resources."""

from pathlib import Path
from typing import Self

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

CODE = Path(__file__).parents[2] / "assets" / "lambda" / "custom_resources"


class CustomResourceHandler(Construct):
    """One function per handler and stack, with its role and log group; get it with `of`.

    `service_token` goes to the custom resource; `role` takes the permissions of whoever uses the handler, and the
    custom resource must depend on them. The log group holds no data of users, so CloudWatch's own key encrypts it.
    """

    service_token: str
    role: iam.Role

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        handler: str,
        description: str,
        timeout: Duration,
        memory_size_mib: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"{description} (custom resource)",
        )
        log_group = logs.LogGroup(
            self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        log_group.grant_write(self.role)
        function = lambda_.Function(
            self,
            "Function",
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            code=lambda_.Code.from_asset(str(CODE), exclude=["__pycache__"]),
            handler=handler,
            timeout=timeout,
            memory_size=memory_size_mib,
            role=self.role,
            log_group=log_group,
        )
        self.service_token = function.function_arn

    @classmethod
    def of(
        cls,
        scope: Construct,
        handler: str,
        *,
        description: str,
        timeout: Duration,
        memory_size_mib: int = 128,
    ) -> Self:
        """The function of this handler (`module.function`) in the stack of `scope`, made when it is first asked for."""
        stack = Stack.of(scope)
        construct_id = f"{handler.partition('.')[0].title().replace('_', '')}Handler"
        found = stack.node.try_find_child(construct_id)
        if isinstance(found, cls):
            return found
        return cls(
            stack,
            construct_id,
            handler=handler,
            description=description,
            timeout=timeout,
            memory_size_mib=memory_size_mib,
        )
