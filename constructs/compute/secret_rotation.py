"""Rotation of the application's database password, with a restart of its tasks."""

from aws_cdk import Acknowledgment, Aws, Duration, Validations
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.compute.python_function import PythonFunction


class SecretRotation(PythonFunction):
    """Two database users take turns, so running tasks keep theirs until the last step starts new ones.

    That last step is a deployment like any other: `FargateService` stops the old tasks before it starts new ones, so
    each rotation is an outage of two to three minutes, at an hour that Secrets Manager chooses.

    `function`. The first rotation comes after `days`, not while the stack is being made.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        days: int,
        secret_arn: str,
        master_secret_arn: str,
        cluster_arn: str,
        database_name: str,
        service: ecs.FargateService,
        key: kms.IKey,
    ) -> None:
        """`cluster_arn`: of the database. `key` encrypts the function's log."""
        description = "Gives the application a new database password and starts its tasks again"
        super().__init__(
            scope,
            construct_id,
            folder="custom_resources",
            handler="rotation.handler",
            description=description,
            role_description=description,
            timeout=Duration.minutes(5),
            memory_size_mib=256,
            environment={
                "CLUSTER_ARN": cluster_arn,
                "MASTER_SECRET_ARN": master_secret_arn,
                "DATABASE_NAME": database_name,
                "ECS_CLUSTER": service.cluster.cluster_name,
                "ECS_SERVICE": service.service_name,
            },
            log_retention=logs.RetentionDays.ONE_YEAR,
            encryption_key=key,
        )
        self._allow(
            self.role,
            secret_arn=secret_arn,
            master_secret_arn=master_secret_arn,
            cluster_arn=cluster_arn,
            service=service,
        )
        invoke = lambda_.CfnPermission(
            self,
            "Invoke",
            action="lambda:InvokeFunction",
            function_name=self.function.function_arn,
            principal="secretsmanager.amazonaws.com",
            source_account=Aws.ACCOUNT_ID,
            source_arn=secret_arn,  # for no other secret of the account
        )
        # L1: the L2 writes a resource policy into the secret's stack.
        schedule = sm.CfnRotationSchedule(
            self,
            "Schedule",
            secret_id=secret_arn,
            rotation_lambda_arn=self.function.function_arn,
            rotation_rules=sm.CfnRotationSchedule.RotationRulesProperty(automatically_after_days=days),
            rotate_immediately_on_update=False,
        )
        schedule.node.add_dependency(invoke, self.role)

    @staticmethod
    def _allow(
        role: iam.Role,
        *,
        secret_arn: str,
        master_secret_arn: str,
        cluster_arn: str,
        service: ecs.FargateService,
    ) -> None:
        """Decryption needs no permission: the keys let this account's callers through Secrets Manager."""
        statements = (
            (["rds-data:ExecuteStatement"], cluster_arn),
            (["secretsmanager:GetSecretValue"], master_secret_arn),
            (
                [
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:UpdateSecretVersionStage",
                ],
                secret_arn,
            ),
            (["ecs:UpdateService"], service.service_arn),
            (["secretsmanager:GetRandomPassword"], "*"),
        )
        for actions, resource in statements:
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
        Validations.of(role).acknowledge(
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="secretsmanager:GetRandomPassword knows no resources and reads nothing.",
            )
        )
