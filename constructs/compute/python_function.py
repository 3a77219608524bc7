"""A Lambda function of ours."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

ASSETS = Path(__file__).parents[2] / "assets" / "lambda"


class PythonFunction(Construct):
    """`function`, `role`: may write its own log and what is added. The runtime is that of assets/lambda/README.md."""

    function: lambda_.Function
    role: iam.Role

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        folder: str,
        handler: str,
        description: str,
        role_description: str,
        timeout: Duration,
        encryption_key: kms.IKey,
        memory_size_mib: int = 128,
        environment: Mapping[str, str] | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
    ) -> None:
        """`folder` of assets/lambda, `handler`: `module.function` in it. `encryption_key`: of the log."""
        super().__init__(scope, construct_id)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=role_description,
        )
        log_group = logs.LogGroup(
            self,
            "Log",
            encryption_key=encryption_key,
            retention=log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            code=lambda_.Code.from_asset(str(ASSETS / folder), exclude=["__pycache__"], display_name=folder),
            handler=handler,
            timeout=timeout,
            memory_size=memory_size_mib,
            environment=None if environment is None else dict(environment),
            role=self.role,
            log_group=log_group,
        )
