"""A KMS key for one concern of a deployment."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.data.retention import kept

USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
EVENTBRIDGE = "events.amazonaws.com"
"""Its requests to an encrypted topic carry no source account (SNS developer guide, "Key management")."""


class DeploymentKey(Construct):
    """A customer-managed key with yearly rotation.

    `key` is closed: a grant on it from another nested stack changes nothing here. None is needed where the
    caller comes through one of the `via` services: the key policy lets every principal of this account use it
    there, as an AWS-managed key does, and the service's own permission (`secretsmanager:GetSecretValue` …)
    decides.
    """

    key: kms.IKey

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        keep_data: bool,
        via: Sequence[str] = (),
        logs_access: bool = False,
        services: Sequence[str] = (),
        statements: Sequence[iam.PolicyStatement] = (),
    ) -> None:
        """`via`: services through which the account may use the key, such as `secretsmanager`.

        `logs_access`: CloudWatch Logs may encrypt log groups of this account and region.
        `services`: principals that encrypt by themselves; `cloudwatch.amazonaws.com` for an SNS topic.
        `statements`: what else the key policy says.
        `keep_data`: the key outlives the stack; else it is deleted after seven days.
        """
        super().__init__(scope, construct_id)
        key = kms.Key(
            self,
            "Resource",
            description=description,
            enable_key_rotation=True,
            removal_policy=kept(keep_data),
            pending_window=Duration.days(30 if keep_data else 7),
        )
        if via:
            _allow_account_through(key, via)
        if logs_access:
            _allow_cloudwatch_logs(key)
        for service in services:
            _allow_service(key, service)
        for statement in statements:
            key.add_to_resource_policy(statement)
        self.key = kms.Key.from_key_arn(self, "Closed", key.key_arn)


def function_log_key(scope: Construct) -> kms.IKey:
    """For the logs of functions in a stack that nobody gives a key; they go with the stack."""
    return DeploymentKey(scope, "Key", description="Logs of functions", keep_data=False, logs_access=True).key


def _allow_account_through(key: kms.Key, via: Sequence[str]) -> None:
    through = {
        "StringEquals": {"kms:CallerAccount": Aws.ACCOUNT_ID},
        # The key is of one region, so a service of another one never comes; naming it would only lengthen the template.
        "StringLike": {"kms:ViaService": [f"{service}.*.amazonaws.com" for service in via]},
    }
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="UseThroughServices",
            principals=[iam.AnyPrincipal()],
            actions=list(USE),
            resources=["*"],
            conditions=through,
        )
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="GrantToServices",
            principals=[iam.AnyPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={**through, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        )
    )


def _allow_service(key: kms.Key, service: str) -> None:
    statement = iam.PolicyStatement(
        principals=[iam.ServicePrincipal(service)],
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resources=["*"],
    )
    if service != EVENTBRIDGE:
        statement.add_condition("StringEquals", {"aws:SourceAccount": Aws.ACCOUNT_ID})
    key.add_to_resource_policy(statement)


def _allow_cloudwatch_logs(key: kms.Key) -> None:
    log_groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="EncryptLogGroups",
            principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
            actions=list(USE),
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        )
    )
