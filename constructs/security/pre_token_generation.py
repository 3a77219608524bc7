"""The function that decides which groups a token carries."""

import json
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

ONE_RUNTIME = (
    "All handlers have the runtime that assets/lambda/README.md names, which AWS supports until 2029."
)
CODE = Path(__file__).parents[2] / "assets" / "lambda" / "pre_token_generation"


class PreTokenGeneration(Construct):
    """Lambda function for Cognito's pre-token-generation trigger (answer V1_0); `function`.

    Groups that are not ours never reach the application, and whoever is in none gets one that it refuses.
    """

    function: lambda_.Function

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        groups: tuple[str, ...],
        group_map: Mapping[str, str],
    ) -> None:
        """`group_map`: a provider's group → one of `groups`."""
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=key,
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            self,
            "Role",
            description="Function that gives tokens their groups: writes its log, nothing else",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log_group.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Function",
            description="Gives tokens the groups that the application knows",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(CODE), exclude=["__pycache__"]),
            role=role,
            log_group=log_group,
            timeout=Duration.seconds(5),
            memory_size=128,
            environment={
                "ALLOWED_GROUPS": ",".join(groups),
                "GROUP_MAP": json.dumps(dict(group_map), sort_keys=True),
            },
        )
