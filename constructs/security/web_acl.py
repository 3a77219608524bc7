"""AWS WAF in front of a load balancer."""

from collections.abc import Sequence

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

ONLY_COUNTED = {
    "AWSManagedRulesCommonRuleSet": (
        "SizeRestrictions_BODY",  # over 8 KB: every upload and every long chat
        "CrossSiteScripting_BODY",  # a chat about HTML or JavaScript
        "GenericLFI_BODY",  # a chat about paths
        "GenericRFI_BODY",  # a chat that names an address of a host
        "EC2MetaDataSSRF_BODY",  # a chat about instance metadata
        "RestrictedExtensions_URIPATH",  # a file is downloaded under its own name, such as app.log
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        "JavaDeserializationRCE_BODY",  # a chat about Java
        "Log4JRCE_BODY",  # a chat about that weakness
    ),
}
"""What would block a chat application in daily use; such a request passes and is counted."""


class WebAcl(Construct):
    """A web ACL on one regional resource: countries, requests per address, bad reputation, known attacks.

    `web_acl`.

    Bodies of a chat application are prose and files, so rules that read bodies count and do not block
    (`ONLY_COUNTED`).
    """

    web_acl: wafv2.CfnWebACL

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        resource_arn: str | None,
        requests_per_five_minutes: int,
        allowed_countries: Sequence[str],
        client_address_header: str | None,
        metric_name: str,
    ) -> None:
        """`allowed_countries` empty: all. `client_address_header` None: clients connect directly.

        `resource_arn` None: whoever makes the load balancer puts it there.
        `metric_name`: dimension `WebACL` of its metrics, which keeps those of another deployment apart.

        With a proxy in front the reputation list is left out: it knows the address of the connection only.
        """
        super().__init__(scope, construct_id)
        statements = {
            "RequestsPerAddress": _faster_than(requests_per_five_minutes, client_address_header),
            "KnownBadInputs": _managed("AWSManagedRulesKnownBadInputsRuleSet"),
            "CommonRules": _managed("AWSManagedRulesCommonRuleSet"),
        }
        if allowed_countries:
            statements["Countries"] = _outside(allowed_countries, client_address_header)
        if client_address_header is None:
            statements["AddressReputation"] = _managed("AWSManagedRulesAmazonIpReputationList")
        # L1: AWS WAF has no L2 in aws-cdk-lib.
        self.web_acl = wafv2.CfnWebACL(
            self,
            "Resource",
            description="Countries, requests per address, bad reputation and known attacks",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visibility(metric_name),
            rules=[_rule(name, priority, each) for priority, (name, each) in enumerate(statements.items())],
        )
        if resource_arn is not None:
            wafv2.CfnWebACLAssociation(
                self, "Association", resource_arn=resource_arn, web_acl_arn=self.web_acl.attr_arn
            )


def _rule(
    name: str, priority: int, statement: wafv2.CfnWebACL.StatementProperty
) -> wafv2.CfnWebACL.RuleProperty:
    managed = statement.managed_rule_group_statement is not None
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement=statement,
        action=None if managed else wafv2.CfnWebACL.RuleActionProperty(block={}),
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}) if managed else None,
        visibility_config=_visibility(name),
    )


def _outside(countries: Sequence[str], header: str | None) -> wafv2.CfnWebACL.StatementProperty:
    inside = wafv2.CfnWebACL.GeoMatchStatementProperty(
        country_codes=list(countries), forwarded_ip_config=_forwarded(header, "NO_MATCH")
    )
    return wafv2.CfnWebACL.StatementProperty(
        not_statement=wafv2.CfnWebACL.NotStatementProperty(
            statement=wafv2.CfnWebACL.StatementProperty(geo_match_statement=inside)
        )
    )


def _faster_than(requests_per_five_minutes: int, header: str | None) -> wafv2.CfnWebACL.StatementProperty:
    return wafv2.CfnWebACL.StatementProperty(
        rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
            limit=requests_per_five_minutes,
            evaluation_window_sec=300,
            aggregate_key_type="FORWARDED_IP" if header else "IP",
            forwarded_ip_config=_forwarded(header, "MATCH"),
        )
    )


def _forwarded(
    header: str | None, without_an_address: str
) -> wafv2.CfnWebACL.ForwardedIPConfigurationProperty | None:
    """Both statements block what carries no address: the rate matches it, the countries do not."""
    if header is None:
        return None
    return wafv2.CfnWebACL.ForwardedIPConfigurationProperty(
        header_name=header, fallback_behavior=without_an_address
    )


def _managed(group: str) -> wafv2.CfnWebACL.StatementProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    overrides = [
        wafv2.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count)
        for rule in ONLY_COUNTED.get(group, ())
    ]
    return wafv2.CfnWebACL.StatementProperty(
        managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
            vendor_name="AWS", name=group, rule_action_overrides=overrides or None
        )
    )


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        metric_name=name,
        cloud_watch_metrics_enabled=True,
        sampled_requests_enabled=False,  # samples show cookies
    )
