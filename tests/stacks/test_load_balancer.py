"""The load balancer's nested stack, in each way that browsers may reach it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, NestedStack, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Match, Template
from cdk_nag import AwsSolutionsChecks
from constructs import Construct

from settings.load_balancer import DomainSettings, FirewallSettings, LoadBalancerSettings
from stacks.load_balancer import LoadBalancer

CONTEXT = json.loads((Path(__file__).parents[2] / "cdk.json").read_text())["context"]
ARN = "arn:aws:acm:eu-central-1:111122223333:certificate/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
DOMAIN = DomainSettings(name="chat.example.com", hosted_zone_id="Z0123456789", hosted_zone_name="example.com")
FIREWALL = FirewallSettings()
GERMANS_ONLY = FirewallSettings(requests_per_five_minutes=500, allowed_countries=("DE", "AT"))

VARIANTS = {
    "certificate": LoadBalancerSettings(certificate_arn=ARN, public_host="chat.example.org"),
    "domain": LoadBalancerSettings(domain=DOMAIN, firewall=FIREWALL, deletion_protection=True),
    "domain and certificate": LoadBalancerSettings(
        domain=DOMAIN, certificate_arn=ARN, stickiness_seconds=600
    ),
    "countries": LoadBalancerSettings(domain=DOMAIN, firewall=GERMANS_ONLY, access_log_retention_days=100),
    "cloudfront": LoadBalancerSettings(edge="cloudfront", access_log_retention_days=7),
    "cloudfront and firewall": LoadBalancerSettings(edge="cloudfront", firewall=GERMANS_ONLY),
    "plain http": LoadBalancerSettings(
        access_logs=False, idle_timeout_seconds=120, deregistration_delay_seconds=5
    ),
}
HTTPS = ["certificate", "domain", "domain and certificate"]
CLOUDFRONT = ["cloudfront", "cloudfront and firewall"]
WITH_FIREWALL = ["domain", "countries", "cloudfront and firewall"]


PUBLIC = ["subnet-0000000a", "subnet-0000000b"]
PRIVATE = ["subnet-0000001a", "subnet-0000001b"]


def network(scope: Construct) -> tuple[ec2.IVpc, ec2.ISecurityGroup]:
    vpc = ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id="vpc-0a1b2c3d",
        availability_zones=["a", "b"],
        public_subnet_ids=PUBLIC,
        private_subnet_ids=PRIVATE,
        public_subnet_route_table_ids=["rtb-public-a", "rtb-public-b"],
        private_subnet_route_table_ids=["rtb-private-a", "rtb-private-b"],
    )
    return vpc, ec2.SecurityGroup.from_security_group_id(scope, "Group", "sg-0a1b2c3d", mutable=False)


def build(
    scope: Stack, settings: LoadBalancerSettings, *, certificate_arn: str | None, keep_data: bool
) -> LoadBalancer:
    vpc, group = network(scope)
    return LoadBalancer(
        scope,
        "LoadBalancer",
        vpc=vpc,
        security_group=group,
        settings=settings,
        certificate_arn=certificate_arn,
        target_port=8080,
        health_path="/health",
        firewall_metric_name="chat",
        keep_data=keep_data,
    )


@cache
def synthesized(variant: str, keep_data: bool = True) -> tuple[LoadBalancer, Template]:
    settings = VARIANTS[variant]
    stack = Stack(App(context=CONTEXT), "Test")
    nested = build(stack, settings, certificate_arn=settings.certificate_arn, keep_data=keep_data)
    return nested, Template.from_stack(nested)


def template(variant: str, keep_data: bool = True) -> Template:
    return synthesized(variant, keep_data)[1]


def resources(variant: str, resource_type: str, keep_data: bool = True) -> list[dict[str, Any]]:
    return [dict(each) for each in template(variant, keep_data).find_resources(resource_type).values()]


def the(variant: str, resource_type: str, keep_data: bool = True) -> dict[str, Any]:
    (resource,) = resources(variant, resource_type, keep_data)
    properties: dict[str, Any] = resource["Properties"]
    return properties


def attributes(variant: str, resource_type: str = "LoadBalancer") -> dict[str, Any]:
    name = {"LoadBalancer": "LoadBalancerAttributes", "TargetGroup": "TargetGroupAttributes"}[resource_type]
    return {
        each["Key"]: each["Value"]
        for each in the(variant, f"AWS::ElasticLoadBalancingV2::{resource_type}")[name]
    }


def listener(variant: str, port: int) -> dict[str, Any]:
    found = [each["Properties"] for each in resources(variant, "AWS::ElasticLoadBalancingV2::Listener")]
    (properties,) = [each for each in found if each["Port"] == port]
    return properties  # type: ignore[no-any-return]


def origin(variant: str) -> Any:
    nested, _ = synthesized(variant)
    return nested.resolve(nested.origin)


def managed_rules(variant: str, group: str) -> dict[str, Any]:
    statements = [rule["Statement"] for rule in the(variant, "AWS::WAFv2::WebACL")["Rules"]]
    groups = [each.get("ManagedRuleGroupStatement") for each in statements]
    (found,) = [each for each in groups if each is not None and each["Name"] == group]
    return found  # type: ignore[no-any-return]


# --- the load balancer


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", ["domain", "plain http"])
def test_load_balancer_is_internet_facing_in_public_subnets(variant: str) -> None:
    balancer = the(variant, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internet-facing"
    assert balancer["Subnets"] == PUBLIC


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", CLOUDFRONT)
def test_load_balancer_behind_cloudfront_is_internal_in_private_subnets(variant: str) -> None:
    balancer = the(variant, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert balancer["Subnets"] == PRIVATE


@pytest.mark.parametrize("variant", VARIANTS)
def test_load_balancer_has_the_given_security_group_and_opens_nothing_itself(variant: str) -> None:
    assert the(variant, "AWS::ElasticLoadBalancingV2::LoadBalancer")["SecurityGroups"] == ["sg-0a1b2c3d"]
    template(variant).resource_count_is("AWS::EC2::SecurityGroup", 0)
    template(variant).resource_count_is("AWS::EC2::SecurityGroupIngress", 0)


@pytest.mark.row("F3")
def test_idle_timeout_lets_a_model_think_for_an_hour() -> None:
    assert attributes("domain")["idle_timeout.timeout_seconds"] == "3600"


@pytest.mark.row("F3")
def test_idle_timeout_is_a_setting() -> None:
    assert attributes("plain http")["idle_timeout.timeout_seconds"] == "120"


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", VARIANTS)
def test_invalid_headers_are_dropped(variant: str) -> None:
    assert attributes(variant)["routing.http.drop_invalid_header_fields.enabled"] == "true"


@pytest.mark.parametrize("variant", VARIANTS)
def test_ambiguous_requests_are_refused(variant: str) -> None:
    assert attributes(variant)["routing.http.desync_mitigation_mode"] == "defensive"


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_address_of_the_connection_is_appended_to_x_forwarded_for(variant: str) -> None:
    assert attributes(variant)["routing.http.xff_header_processing.mode"] == "append"


@pytest.mark.parametrize(("variant", "protected"), [("domain", "true"), ("certificate", "false")])
def test_deletion_protection_is_a_setting(variant: str, protected: str) -> None:
    assert attributes(variant)["deletion_protection.enabled"] == protected


@pytest.mark.parametrize("variant", [each for each in VARIANTS if each != "plain http"])
def test_load_balancer_has_a_generated_name(variant: str) -> None:
    assert "Name" not in the(variant, "AWS::ElasticLoadBalancingV2::LoadBalancer")


def test_load_balancer_of_plain_http_is_named_in_lower_case_after_the_stack() -> None:
    name = the("plain http", "AWS::ElasticLoadBalancingV2::LoadBalancer")["Name"]
    assert name["Fn::Join"][1][0] == "http"
    assert json.dumps(name).count('"AWS::StackId"') == 2


def test_https_behind_cloudfront_and_plain_http_each_have_a_load_balancer_and_targets_of_their_own() -> None:
    for resource_type in ("LoadBalancer", "TargetGroup"):
        ids = {
            next(iter(template(variant).find_resources(f"AWS::ElasticLoadBalancingV2::{resource_type}")))
            for variant in VARIANTS
        }
        assert len(ids) == 3


# --- targets


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", VARIANTS)
def test_targets_are_addresses_over_http(variant: str) -> None:
    group = the(variant, "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert (group["TargetType"], group["Protocol"], group["Port"]) == ("ip", "HTTP", 8080)


@pytest.mark.row("F3")
def test_health_check_asks_the_given_path() -> None:
    group = the("domain", "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert group["HealthCheckPath"] == "/health"
    assert group["Matcher"] == {"HttpCode": "200"}


@pytest.mark.row("F3")
def test_health_check_takes_a_target_in_after_twenty_seconds_and_out_after_thirty() -> None:
    group = the("domain", "AWS::ElasticLoadBalancingV2::TargetGroup")
    interval = group["HealthCheckIntervalSeconds"]
    assert interval * group["HealthyThresholdCount"] == 20
    assert interval * group["UnhealthyThresholdCount"] == 30
    assert group["HealthCheckTimeoutSeconds"] < interval


@pytest.mark.row("F3")
@pytest.mark.parametrize(("variant", "seconds"), [("domain", "30"), ("plain http", "5")])
def test_deregistration_delay_is_a_setting(variant: str, seconds: str) -> None:
    assert attributes(variant, "TargetGroup")["deregistration_delay.timeout_seconds"] == seconds


@pytest.mark.row("F3")
def test_stickiness_is_off_unless_set() -> None:
    assert attributes("domain", "TargetGroup")["stickiness.enabled"] == "false"


@pytest.mark.row("F3")
def test_stickiness_lasts_as_long_as_set() -> None:
    group = attributes("domain and certificate", "TargetGroup")
    assert group["stickiness.enabled"] == "true"
    assert group["stickiness.lb_cookie.duration_seconds"] == "600"


def test_a_request_goes_to_the_target_with_the_fewest_open_ones() -> None:
    assert (
        attributes("domain", "TargetGroup")["load_balancing.algorithm.type"] == "least_outstanding_requests"
    )


# --- listeners


@pytest.mark.row("F3", "C3")
@pytest.mark.parametrize("variant", HTTPS)
def test_https_has_a_tls_1_3_policy_with_post_quantum_key_exchange(variant: str) -> None:
    https = listener(variant, 443)
    assert https["Protocol"] == "HTTPS"
    assert https["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", HTTPS)
def test_http_redirects_to_https_for_good(variant: str) -> None:
    assert listener(variant, 80)["DefaultActions"] == [
        {"Type": "redirect", "RedirectConfig": {"Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301"}}
    ]


@pytest.mark.parametrize(
    ("variant", "port"), [*((each, 443) for each in HTTPS), ("cloudfront", 80), ("plain http", 80)]
)
def test_listener_forwards_to_the_targets(variant: str, port: int) -> None:
    group = next(iter(template(variant).find_resources("AWS::ElasticLoadBalancingV2::TargetGroup")))
    assert listener(variant, port)["DefaultActions"] == [
        {"Type": "forward", "TargetGroupArn": {"Ref": group}}
    ]


@pytest.mark.parametrize("variant", ["plain http", *CLOUDFRONT])
def test_without_a_certificate_nothing_listens_but_http(variant: str) -> None:
    (only,) = resources(variant, "AWS::ElasticLoadBalancingV2::Listener")
    assert only["Properties"]["Port"] == 80


@pytest.mark.parametrize("variant", HTTPS)
def test_browsers_are_told_to_come_back_with_https(variant: str) -> None:
    answer = {each["Key"]: each["Value"] for each in listener(variant, 443)["ListenerAttributes"]}
    assert answer["routing.http.response.strict_transport_security.header_value"] == "max-age=31536000"


# --- certificate, name, origin


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", ["certificate", "domain and certificate"])
def test_a_given_certificate_is_used_and_none_made(variant: str) -> None:
    assert listener(variant, 443)["Certificates"] == [{"CertificateArn": ARN}]
    template(variant).resource_count_is("AWS::CertificateManager::Certificate", 0)


@pytest.mark.row("C9", "F3")
def test_a_certificate_may_be_a_parameter() -> None:
    stack = Stack(App(context=CONTEXT), "Test")
    parameter = CfnParameter(stack, "CertificateArn")
    nested = build(
        stack, VARIANTS["domain and certificate"], certificate_arn=parameter.value_as_string, keep_data=True
    )
    Template.from_stack(nested).has_resource_properties(
        "AWS::ElasticLoadBalancingV2::Listener",
        {
            "Port": 443,
            "Certificates": [{"CertificateArn": {"Ref": Match.string_like_regexp("CertificateArn")}}],
        },
    )


@pytest.mark.row("F3")
def test_without_an_arn_a_certificate_is_made_for_the_domain_by_dns() -> None:
    certificate = the("domain", "AWS::CertificateManager::Certificate")
    assert certificate["DomainName"] == "chat.example.com"
    assert certificate["ValidationMethod"] == "DNS"
    assert certificate["DomainValidationOptions"] == [
        {"DomainName": "chat.example.com", "HostedZoneId": "Z0123456789"}
    ]


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", ["domain", "domain and certificate"])
def test_the_domain_is_an_alias_of_the_load_balancer(variant: str) -> None:
    record = the(variant, "AWS::Route53::RecordSet")
    assert (record["Type"], record["Name"], record["HostedZoneId"]) == (
        "A",
        "chat.example.com.",
        "Z0123456789",
    )
    assert "DNSName" in json.dumps(record["AliasTarget"])


@pytest.mark.parametrize("variant", ["certificate", "cloudfront", "plain http"])
def test_without_a_domain_no_record_is_made(variant: str) -> None:
    template(variant).resource_count_is("AWS::Route53::RecordSet", 0)


@pytest.mark.row("F3", "F9")
@pytest.mark.parametrize(
    ("variant", "expected"),
    [("domain", "https://chat.example.com"), ("certificate", "https://chat.example.org")],
)
def test_origin_is_the_name_that_browsers_open(variant: str, expected: str) -> None:
    assert origin(variant) == expected


@pytest.mark.row("F3", "F9")
def test_origin_behind_cloudfront_is_cloudfronts_name() -> None:
    distribution = next(iter(template("cloudfront").find_resources("AWS::CloudFront::Distribution")))
    assert origin("cloudfront") == {
        "Fn::Join": ["", ["https://", {"Fn::GetAtt": [distribution, "DomainName"]}]]
    }


def test_origin_of_plain_http_is_the_load_balancers_name() -> None:
    balancer = next(iter(template("plain http").find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer")))
    assert origin("plain http") == {"Fn::Join": ["", ["http://", {"Fn::GetAtt": [balancer, "DNSName"]}]]}


# --- access logs


@pytest.mark.row("F3", "F7")
@pytest.mark.parametrize("variant", ["domain", "cloudfront"])
def test_access_logs_are_written_to_the_bucket(variant: str) -> None:
    bucket = next(iter(template(variant).find_resources("AWS::S3::Bucket")))
    assert attributes(variant)["access_logs.s3.enabled"] == "true"
    assert attributes(variant)["access_logs.s3.bucket"] == {"Ref": bucket}


def test_access_logs_can_be_left_out() -> None:
    template("plain http").resource_count_is("AWS::S3::Bucket", 0)
    assert "access_logs.s3.bucket" not in attributes("plain http")


@pytest.mark.row("F3")
def test_the_log_delivery_service_may_write_under_this_account_only() -> None:
    bucket = next(iter(template("domain").find_resources("AWS::S3::Bucket")))
    (allowed,) = [
        each
        for each in the("domain", "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    ]
    assert allowed["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert allowed["Action"] == "s3:PutObject"
    assert allowed["Resource"] == {
        "Fn::Join": ["", [{"Fn::GetAtt": [bucket, "Arn"]}, "/AWSLogs/", {"Ref": "AWS::AccountId"}, "/*"]]
    }


@pytest.mark.row("C3")
def test_access_log_bucket_refuses_connections_without_tls() -> None:
    denied = [
        each["Condition"]
        for each in the("domain", "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
        if each["Effect"] == "Deny"
    ]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in denied


@pytest.mark.row("C3")
def test_access_log_bucket_is_encrypted_with_sse_s3_which_is_all_that_elb_takes() -> None:
    assert the("domain", "AWS::S3::Bucket")["BucketEncryption"] == {
        "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    }


def test_access_log_bucket_blocks_public_access() -> None:
    blocked = the("domain", "AWS::S3::Bucket")["PublicAccessBlockConfiguration"]
    kinds = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    assert blocked == dict.fromkeys(kinds, True)


@pytest.mark.row("C11")
@pytest.mark.parametrize(("variant", "days"), [("domain", 90), ("cloudfront", 7)])
def test_access_logs_expire(variant: str, days: int) -> None:
    (rule,) = the(variant, "AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", days)


def test_load_balancer_logs_only_when_the_bucket_takes_it() -> None:
    (balancer,) = resources("domain", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    policy = next(iter(template("domain").find_resources("AWS::S3::BucketPolicy")))
    assert policy in balancer["DependsOn"]


@pytest.mark.row("C8")
def test_access_logs_are_kept_with_the_data() -> None:
    (bucket,) = resources("domain", "AWS::S3::Bucket", keep_data=True)
    assert bucket["DeletionPolicy"] == "Retain"
    template("domain").resource_count_is("Custom::EmptyBucket", 0)


@pytest.mark.row("C8")
def test_access_logs_are_deleted_with_the_stack_where_data_is_not_kept() -> None:
    (bucket,) = resources("cloudfront", "AWS::S3::Bucket", keep_data=False)
    assert bucket["DeletionPolicy"] == "Delete"
    template("cloudfront", keep_data=False).resource_count_is("Custom::EmptyBucket", 1)


def test_no_log_can_arrive_after_the_bucket_was_emptied() -> None:
    (policy,) = resources("cloudfront", "AWS::S3::BucketPolicy", keep_data=False)
    emptied = next(iter(template("cloudfront", keep_data=False).find_resources("Custom::EmptyBucket")))
    assert emptied in policy["DependsOn"]


# --- CloudFront


def distribution(variant: str = "cloudfront") -> dict[str, Any]:
    config: dict[str, Any] = the(variant, "AWS::CloudFront::Distribution")["DistributionConfig"]
    return config


@pytest.mark.row("F3")
def test_cloudfront_reaches_the_load_balancer_inside_the_vpc_over_http() -> None:
    endpoint = the("cloudfront", "AWS::CloudFront::VpcOrigin")["VpcOriginEndpointConfig"]
    balancer = next(iter(template("cloudfront").find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer")))
    assert endpoint["Arn"] == {"Ref": balancer}
    assert (endpoint["OriginProtocolPolicy"], endpoint["HTTPPort"]) == ("http-only", 80)


@pytest.mark.row("F3")
def test_browsers_are_sent_from_http_to_https() -> None:
    assert distribution()["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"


def test_cloudfront_caches_nothing() -> None:
    assert distribution()["DefaultCacheBehavior"]["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def test_cloudfront_caches_no_error_of_another_user() -> None:
    kept = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in distribution()["CustomErrorResponses"]}
    assert kept == dict.fromkeys((403, 404, 405, 414, 500, 501, 502, 503, 504), 0)


@pytest.mark.row("F3")
def test_cloudfront_forwards_what_websockets_and_sign_in_need() -> None:
    all_viewer = "216adef6-5c7f-47e4-b989-5492eafa07d3"
    assert distribution()["DefaultCacheBehavior"]["OriginRequestPolicyId"] == all_viewer


def test_cloudfront_takes_every_method() -> None:
    methods = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
    assert set(distribution()["DefaultCacheBehavior"]["AllowedMethods"]) == methods


@pytest.mark.row("F3")
def test_cloudfront_waits_for_a_model_as_long_as_the_default_quota_lets_it() -> None:
    (origin_of_distribution,) = distribution()["Origins"]
    assert origin_of_distribution["VpcOriginConfig"]["OriginReadTimeout"] == 120


def test_cloudfront_keeps_origin_connections_shorter_than_the_load_balancer_does() -> None:
    (origin_of_distribution,) = distribution()["Origins"]
    keepalive = origin_of_distribution["VpcOriginConfig"]["OriginKeepaliveTimeout"]
    assert keepalive < int(attributes("cloudfront")["idle_timeout.timeout_seconds"])


def test_cloudfront_speaks_http_2_and_3() -> None:
    assert distribution()["HttpVersion"] == "http2and3"


@pytest.mark.parametrize("variant", ["domain", "plain http"])
def test_without_cloudfront_there_is_no_distribution(variant: str) -> None:
    nested, built = synthesized(variant)
    assert nested.distribution is None
    built.resource_count_is("AWS::CloudFront::VpcOrigin", 0)


# --- firewall


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", WITH_FIREWALL)
def test_firewall_is_on_the_load_balancer(variant: str) -> None:
    balancer = next(iter(template(variant).find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer")))
    acl = next(iter(template(variant).find_resources("AWS::WAFv2::WebACL")))
    assert the(variant, "AWS::WAFv2::WebACLAssociation") == {
        "ResourceArn": {"Ref": balancer},
        "WebACLArn": {"Fn::GetAtt": [acl, "Arn"]},
    }
    assert the(variant, "AWS::WAFv2::WebACL")["Scope"] == "REGIONAL"


@pytest.mark.parametrize("variant", ["certificate", "cloudfront", "plain http"])
def test_without_the_setting_there_is_no_firewall(variant: str) -> None:
    for resource_type in (
        "AWS::WAFv2::WebACL",
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        "AWS::CloudFront::Function",
    ):
        template(variant).resource_count_is(resource_type, 0)


@pytest.mark.row("C3")
@pytest.mark.parametrize("variant", ["certificate", "domain"])
def test_what_empties_the_bucket_logs_with_the_one_key_of_the_stack(variant: str) -> None:
    [key] = template(variant, keep_data=False).find_resources("AWS::KMS::Key")
    logs = resources(variant, "AWS::Logs::LogGroup", keep_data=False)
    assert len(logs) == (2 if variant in WITH_FIREWALL else 1)
    assert all(each["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]} for each in logs)


def test_firewall_counts_where_chats_and_uploads_would_be_blocked() -> None:
    overrides = managed_rules("domain", "AWSManagedRulesCommonRuleSet")["RuleActionOverrides"]
    assert {each["Name"] for each in overrides} == {
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "EC2MetaDataSSRF_BODY",
        "RestrictedExtensions_URIPATH",
    }
    assert [each["ActionToUse"] for each in overrides] == [{"Count": {}}] * 6


@pytest.mark.parametrize("variant", WITH_FIREWALL)
def test_firewall_blocks_known_bad_inputs_except_in_prose(variant: str) -> None:
    overrides = managed_rules(variant, "AWSManagedRulesKnownBadInputsRuleSet")["RuleActionOverrides"]
    assert {each["Name"] for each in overrides} == {"JavaDeserializationRCE_BODY", "Log4JRCE_BODY"}


def test_firewall_knows_bad_addresses() -> None:
    assert managed_rules("domain", "AWSManagedRulesAmazonIpReputationList")["VendorName"] == "AWS"


def test_firewall_behind_cloudfront_has_no_reputation_list_that_would_see_cloudfront_only() -> None:
    assert "AddressReputation" not in {
        rule["Name"] for rule in the("cloudfront and firewall", "AWS::WAFv2::WebACL")["Rules"]
    }


def rule(variant: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in the(variant, "AWS::WAFv2::WebACL")["Rules"] if each["Name"] == name]
    return found  # type: ignore[no-any-return]


def test_firewall_limits_requests_of_an_address() -> None:
    limit = rule("domain", "RequestsPerAddress")
    assert limit["Action"] == {"Block": {}}
    assert limit["Statement"]["RateBasedStatement"] == {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "Limit": 2000,
    }


def test_firewall_behind_cloudfront_counts_browsers_and_not_cloudfront() -> None:
    limit = rule("cloudfront and firewall", "RequestsPerAddress")["Statement"]["RateBasedStatement"]
    assert limit["AggregateKeyType"] == "FORWARDED_IP"
    assert limit["ForwardedIPConfig"] == {"HeaderName": "true-client-ip", "FallbackBehavior": "MATCH"}
    assert limit["Limit"] == 500


def test_cloudfront_writes_the_browsers_address_over_what_a_client_claims() -> None:
    function = the("cloudfront and firewall", "AWS::CloudFront::Function")
    assert "headers['true-client-ip'] = { value: event.viewer.ip }" in function["FunctionCode"]
    (association,) = distribution("cloudfront and firewall")["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"


@pytest.mark.parametrize("variant", ["countries", "cloudfront and firewall"])
def test_firewall_blocks_other_countries(variant: str) -> None:
    countries = rule(variant, "Countries")
    assert countries["Action"] == {"Block": {}}
    inside = countries["Statement"]["NotStatement"]["Statement"]["GeoMatchStatement"]
    assert inside["CountryCodes"] == ["DE", "AT"]


def test_countries_behind_cloudfront_are_those_of_browsers() -> None:
    statement = rule("cloudfront and firewall", "Countries")["Statement"]["NotStatement"]["Statement"]
    assert statement["GeoMatchStatement"]["ForwardedIPConfig"] == {
        "HeaderName": "true-client-ip",
        "FallbackBehavior": "NO_MATCH",
    }


def test_firewall_lets_all_countries_in_unless_told() -> None:
    assert "Countries" not in {each["Name"] for each in the("domain", "AWS::WAFv2::WebACL")["Rules"]}


@pytest.mark.parametrize("variant", WITH_FIREWALL)
def test_rules_of_the_firewall_have_priorities_of_their_own(variant: str) -> None:
    rules = the(variant, "AWS::WAFv2::WebACL")["Rules"]
    assert [each["Priority"] for each in rules] == list(range(len(rules)))


@pytest.mark.row("F7")
def test_firewall_logs_to_a_group_with_the_prefix_that_waf_demands() -> None:
    assert the("domain", "AWS::Logs::LogGroup")["LogGroupName"] == {
        "Fn::Join": ["", ["aws-waf-logs-", {"Ref": "AWS::StackName"}]]
    }


def test_destination_of_the_firewalls_log_is_the_group_and_not_its_streams() -> None:
    group = next(iter(template("domain").find_resources("AWS::Logs::LogGroup")))
    (destination,) = the("domain", "AWS::WAFv2::LoggingConfiguration")["LogDestinationConfigs"]
    assert destination["Fn::Join"][1][-2:] == [
        ":log-group:",
        {"Ref": group},
    ]  # its Arn attribute ends in ":*"


@pytest.mark.row("C4")
def test_firewall_logs_no_cookie_no_authorization_and_no_code_of_a_sign_in() -> None:
    assert the("domain", "AWS::WAFv2::LoggingConfiguration")["RedactedFields"] == [
        {"SingleHeader": {"Name": "cookie"}},
        {"SingleHeader": {"Name": "authorization"}},
        {"QueryString": {}},
    ]


@pytest.mark.row("C11")
def test_firewall_logs_only_what_a_rule_matched() -> None:
    kept = the("domain", "AWS::WAFv2::LoggingConfiguration")["LoggingFilter"]
    assert kept["DefaultBehavior"] == "DROP"
    assert kept["Filters"][0]["Conditions"][0] == {"ActionCondition": {"Action": "BLOCK"}}


@pytest.mark.row("C3")
def test_log_of_the_firewall_is_encrypted_with_the_stacks_key() -> None:
    key = next(iter(template("domain").find_resources("AWS::KMS::Key")))
    assert the("domain", "AWS::Logs::LogGroup")["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}


@pytest.mark.row("C5")
@pytest.mark.parametrize(("variant", "days"), [("domain", 90), ("countries", 120)])
def test_log_of_the_firewall_is_kept_as_long_as_access_logs_or_the_next_longer_time(
    variant: str, days: int
) -> None:
    assert the(variant, "AWS::Logs::LogGroup")["RetentionInDays"] == days


@pytest.mark.row("C5")
def test_metrics_of_the_firewall_are_those_of_this_deployment() -> None:
    config = the("domain", "AWS::WAFv2::WebACL")["VisibilityConfig"]
    assert config["MetricName"] == "chat"
    assert config["CloudWatchMetricsEnabled"] is True


# --- the stack among others


@pytest.mark.row("F3")
@pytest.mark.parametrize("variant", ["domain", "cloudfront and firewall"])
def test_a_service_that_registers_its_tasks_changes_nothing_here(variant: str) -> None:
    stack = Stack(App(context=CONTEXT), "Test")
    nested = build(stack, VARIANTS[variant], certificate_arn=None, keep_data=True)
    other = NestedStack(stack, "Fargate")
    vpc, group = network(other)
    definition = ecs.FargateTaskDefinition(other, "Task")
    definition.add_container(
        "app",
        image=ecs.ContainerImage.from_registry("x"),
        port_mappings=[ecs.PortMapping(container_port=8080)],
    )
    service = ecs.FargateService(
        other,
        "Service",
        cluster=ecs.Cluster(other, "Cluster", vpc=vpc),
        task_definition=definition,
        security_groups=[group],
        min_healthy_percent=0,
    )
    service.attach_to_application_target_group(nested.target_group)
    changed = Template.from_stack(nested).to_json()["Resources"]
    assert changed == template(variant).to_json()["Resources"]
    Template.from_stack(other).resource_count_is("AWS::EC2::SecurityGroupIngress", 0)
    root = Template.from_stack(stack).find_resources("AWS::CloudFormation::Stack")
    (fargate,) = [each for name, each in root.items() if name.startswith("Fargate")]
    assert any(
        name.startswith("LoadBalancer") for name in fargate["DependsOn"]
    )  # the listener is there first


@pytest.mark.parametrize("keep_data", [True, False])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_security_review_finds_nothing_open(variant: str, keep_data: bool) -> None:
    app = App(context=CONTEXT)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    build(
        Stack(app, "Test"),
        VARIANTS[variant],
        certificate_arn=VARIANTS[variant].certificate_arn,
        keep_data=keep_data,
    )
    app.synth()  # raises on a finding that nobody answered
