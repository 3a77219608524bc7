"""How browsers reach the application."""

from typing import get_args

from aws_cdk import Acknowledgment, Aws, Duration, Fn, NestedStack, Validations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.data.access_log_bucket import AccessLogBucket
from constructs.network.application_load_balancer import ApplicationLoadBalancer
from constructs.network.cloudfront_edge import CloudFrontEdge
from constructs.security.deployment_key import DeploymentKey, function_log_key
from constructs.security.web_acl import WebAcl
from constructs.security.web_acl_log import WebAclLog
from settings.load_balancer import DomainSettings, FirewallSettings, LoadBalancerSettings
from settings.monitoring import RetentionDays


class LoadBalancer(NestedStack):
    """An application load balancer with one group of targets, its certificate, name, logs and firewall.

    `load_balancer`, `target_group`: compute registers its tasks there; the listener that forwards to it is
    made here, so registration changes nothing in this stack. `origin`: the one public origin, such as
    https://chat.example.com. `distribution`: with `edge: cloudfront`. `access_log_bucket`: unless
    `access_logs` is off.

    The load balancer's construct is named after what browsers get, so that moving from plain HTTP to HTTPS,
    or behind CloudFront, makes a new one with a target group of its own and deletes the old one when tasks
    have moved.
    """

    load_balancer: elbv2.ApplicationLoadBalancer
    target_group: elbv2.ApplicationTargetGroup
    origin: str
    distribution: cloudfront.IDistribution | None = None
    access_log_bucket: s3.IBucket | None = None
    _client_address_header: str | None = None

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        settings: LoadBalancerSettings,
        certificate_arn: str | None,
        target_port: int,
        health_path: str,
        firewall_metric_name: str,
        keep_data: bool,
        log_key: kms.IKey | None = None,
    ) -> None:
        """`certificate_arn`: as given in the settings, or the token of its parameter.

        `firewall_metric_name`: dimension `WebACL` of the firewall's metrics.
        `log_key`: for the log of the function that empties the bucket. Left out: one is made where it is needed.
        """
        super().__init__(
            scope, construct_id, description="Load balancer, certificate, name, access logs and firewall"
        )
        self._balancer = self._define_load_balancer(vpc, security_group, settings, target_port, health_path)
        self.load_balancer = self._balancer.load_balancer
        self.target_group = self._balancer.target_group
        firewall_key = None if settings.firewall is None else self._define_firewall_key(keep_data)
        if settings.access_logs:
            emptied_with = None if keep_data else firewall_key or log_key or function_log_key(self)
            self._log_access(settings.access_log_retention_days, emptied_with)
        else:
            Validations.of(self.load_balancer).acknowledge(
                Acknowledgment(id="AwsSolutions-ELB2", reason="The deployment file says access_logs: false.")
            )
        if settings.edge == "cloudfront":
            self._serve_through_cloudfront(settings)
        elif settings.tls:
            self._serve_https(settings, certificate_arn)
        else:
            self._serve_plain_http()
        if settings.firewall is not None and firewall_key is not None:
            acl = self._protect(settings.firewall, firewall_metric_name)
            self._log_firewall(acl, firewall_key, settings.access_log_retention_days, keep_data)

    def _define_load_balancer(
        self,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        settings: LoadBalancerSettings,
        target_port: int,
        health_path: str,
    ) -> ApplicationLoadBalancer:
        construct_id, name = "Public", None
        if settings.edge == "cloudfront":
            construct_id = "Internal"
        elif not settings.tls:
            construct_id, name = "PlainHttp", self._lower_case_name()
        stickiness = settings.stickiness_seconds
        return ApplicationLoadBalancer(
            self,
            construct_id,
            vpc=vpc,
            security_group=security_group,
            internet_facing=settings.edge == "alb",
            idle_timeout=Duration.seconds(settings.idle_timeout_seconds),
            deletion_protection=settings.deletion_protection,
            target_port=target_port,
            health_path=health_path,
            deregistration_delay=Duration.seconds(settings.deregistration_delay_seconds),
            stickiness=None if stickiness is None else Duration.seconds(stickiness),
            name=name,
        )

    def _lower_case_name(self) -> str:
        """A name from this stack's id, because the origin is made of it.

        A generated name has capitals, browsers send an origin in lower case, and applications compare the two
        as text.
        """
        stack_uuid = Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID)))
        return Fn.join("-", ["http", Fn.select(0, stack_uuid), Fn.select(1, stack_uuid)])

    def _log_access(self, retention_days: int, emptied_with: kms.IKey | None) -> None:
        logs_bucket = AccessLogBucket(
            self, "AccessLogs", retention_days=retention_days, emptied_with=emptied_with
        )
        self._balancer.log_to(logs_bucket.bucket)
        self.load_balancer.node.add_dependency(logs_bucket.ready)
        self.access_log_bucket = logs_bucket.bucket

    def _serve_through_cloudfront(self, settings: LoadBalancerSettings) -> None:
        self._balancer.listen_http()
        edge = CloudFrontEdge(
            self,
            "Edge",
            load_balancer=self.load_balancer,
            comment="HTTPS for an internal load balancer",
            tell_client_address=settings.firewall is not None,
        )
        self.distribution = edge.distribution
        self._client_address_header = edge.client_address_header
        self.origin = f"https://{self.distribution.distribution_domain_name}"

    def _serve_https(self, settings: LoadBalancerSettings, certificate_arn: str | None) -> None:
        host = settings.public_host
        if settings.domain is not None:
            host = settings.domain.name
            zone = self._named(settings.domain)
            certificate_arn = certificate_arn or self._certificate(host, zone)
        assert certificate_arn is not None  # else `settings.tls` is false
        self._balancer.listen_https(certificate_arn)
        self.origin = f"https://{host or self.load_balancer.load_balancer_dns_name}"

    def _named(self, domain: DomainSettings) -> route53.IHostedZone:
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=domain.hosted_zone_id, zone_name=domain.hosted_zone_name
        )
        route53.ARecord(
            self,
            "Name",
            zone=zone,
            record_name=domain.name,
            target=route53.RecordTarget.from_alias(targets.LoadBalancerTarget(self.load_balancer)),
            comment="Made by Pergola",
        )
        return zone

    def _certificate(self, host: str, zone: route53.IHostedZone) -> str:
        certificate = acm.Certificate(
            self, "Certificate", domain_name=host, validation=acm.CertificateValidation.from_dns(zone)
        )
        return certificate.certificate_arn

    def _serve_plain_http(self) -> None:
        self._balancer.listen_http()
        self.origin = f"http://{self.load_balancer.load_balancer_dns_name}"

    def _define_firewall_key(self, keep_data: bool) -> kms.IKey:
        return DeploymentKey(
            self, "Key", description="Log of the firewall", keep_data=keep_data, logs_access=True
        ).key

    def _protect(self, firewall: FirewallSettings, metric_name: str) -> WebAcl:
        return WebAcl(
            self,
            "Firewall",
            resource_arn=self.load_balancer.load_balancer_arn,
            requests_per_five_minutes=firewall.requests_per_five_minutes,
            allowed_countries=firewall.allowed_countries,
            client_address_header=self._client_address_header,
            metric_name=metric_name,
        )

    def _log_firewall(self, acl: WebAcl, key: kms.IKey, log_days: int, keep_data: bool) -> None:
        WebAclLog(
            self,
            "FirewallLog",
            web_acl_arn=acl.web_acl.attr_arn,
            key=key,
            retention_days=min(days for days in get_args(RetentionDays) if days >= log_days),
            keep_data=keep_data,
        )
