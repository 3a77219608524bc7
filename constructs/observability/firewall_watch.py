"""AWS WAF in front of a load balancer."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.watch import Watch

MANY = 500
"""Blocked requests in five minutes: more than scanners send to any address on the internet."""


class FirewallWatch(Watch):
    """An alarm on blocked requests of one regional web ACL."""

    def __init__(
        self, scope: Construct, construct_id: str, *, audience: Audience, metric_name: str, section: str
    ) -> None:
        """`metric_name`: the one in the web ACL's visibility configuration.

        `section`: of the deployment file, as e-mails name it.
        """
        super().__init__(scope, construct_id, audience=audience)

        def count(name: str) -> cw.Metric:
            return cw.Metric(
                namespace="AWS/WAFV2",
                metric_name=name,
                dimensions_map={"WebACL": metric_name, "Region": Aws.REGION, "Rule": "ALL"},
                statistic="Sum",
                period=Duration.minutes(5),
            )

        blocked = count("BlockedRequests")
        alarm = self.alarm(
            "BlockedRequests",
            blocked,
            meaning=f"The firewall has blocked more than {MANY} requests in five minutes, twice: an attack, "
            "or users "
            "behind one address.",
            first_step="read the log group aws-waf-logs-… of the deployment, which names address, path and "
            "rule of each: if they are your users', raise "
            f"{section}.requests_per_five_minutes or except the rule.",
            threshold=MANY,
            periods=2,
        )
        allowed = count("AllowedRequests")
        self.graph(
            "Firewall",
            {"blocked": blocked},
            right={"allowed": allowed},
            limits=[alarm],
            unit="requests",
            width=24,
        )
