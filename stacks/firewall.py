"""A web ACL for a load balancer that something in the cluster makes."""

from aws_cdk import NestedStack
from constructs import Construct

from constructs.security.deployment_key import DeploymentKey
from constructs.security.web_acl import WebAcl
from constructs.security.web_acl_log import WebAclLog
from settings.load_balancer import FirewallSettings


class Firewall(NestedStack):
    """`web_acl_arn`."""

    web_acl_arn: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: FirewallSettings,
        metric_name: str,
        log_retention_days: int,
        keep_data: bool,
    ) -> None:
        """`metric_name`: dimension `WebACL` of its metrics. `log_retention_days` may be a token."""
        super().__init__(scope, construct_id, description="Firewall")
        key = DeploymentKey(
            self, "Key", description="Log of the firewall", keep_data=keep_data, logs_access=True
        ).key
        acl = WebAcl(
            self,
            "WebAcl",
            resource_arn=None,
            requests_per_five_minutes=settings.requests_per_five_minutes,
            allowed_countries=settings.allowed_countries,
            client_address_header=None,
            metric_name=metric_name,
        )
        self.web_acl_arn = acl.web_acl.attr_arn
        WebAclLog(
            self,
            "Log",
            web_acl_arn=self.web_acl_arn,
            key=key,
            retention_days=log_retention_days,
            keep_data=keep_data,
        )
