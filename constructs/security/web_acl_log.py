"""The log of AWS WAF."""

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from constructs.observability.encrypted_log_group import EncryptedLogGroup

KEPT = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")


class WebAclLog(Construct):
    """Requests that a rule of a web ACL blocked or counted, without cookie, Authorization and query string.

    `log_group`. AWS WAF itself allows the delivery, in the one policy of CloudWatch Logs that it shares among
    all web ACLs of the account, so a firewall takes none of the ten that a region allows (`ServiceEvents` does).
    """

    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        web_acl_arn: str,
        key: kms.IKey,
        retention_days: int,
        keep_data: bool,
    ) -> None:
        """`retention_days`: one that CloudWatch Logs takes. `keep_data: False`: the log goes with the stack."""
        super().__init__(scope, construct_id)
        self.log_group = EncryptedLogGroup(
            self,
            "Default",  # no part of the logical id: a group under a name cannot be made twice
            name=f"aws-waf-logs-{Aws.STACK_NAME}",  # AWS WAF demands the prefix
            key=key,
            retention_days=retention_days,
            keep_data=keep_data,
        ).log_group
        # Not `log_group_arn`, which ends in ":*" and is no destination.
        destination = Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=self.log_group.log_group_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        hidden = wafv2.CfnLoggingConfiguration.FieldToMatchProperty
        # L1: AWS WAF has no L2 in aws-cdk-lib.
        wafv2.CfnLoggingConfiguration(
            self,
            "Delivery",
            resource_arn=web_acl_arn,
            log_destination_configs=[destination],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": action}} for action in KEPT],
                    }
                ],
            },
            redacted_fields=[
                hidden(single_header={"Name": "cookie"}),
                hidden(single_header={"Name": "authorization"}),
                hidden(query_string={}),  # sign-in comes back with its code there
            ],
        )
