"""An application load balancer with one group of targets."""

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3
from constructs import Construct

ONE_YEAR_SECONDS = 365 * 24 * 3600
RESPONSE_HEADERS = {
    "routing.http.response.strict_transport_security.header_value": f"max-age={ONE_YEAR_SECONDS}",
    "routing.http.response.x_content_type_options.header_value": "nosniff",
    "routing.http.response.x_frame_options.header_value": "SAMEORIGIN",
    "routing.http.response.server.enabled": "false",
}


class ApplicationLoadBalancer(Construct):
    """A load balancer that nothing listens on until `listen_https` or `listen_http` is called.

    `load_balancer`, `target_group` (addresses over HTTP; tasks register themselves).

    Drops invalid header fields, refuses ambiguous requests (desync mitigation `defensive`), appends the
    address of the connection to X-Forwarded-For. WebSockets need nothing but the idle timeout.
    """

    load_balancer: elbv2.ApplicationLoadBalancer
    target_group: elbv2.ApplicationTargetGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        internet_facing: bool,
        idle_timeout: Duration,
        deletion_protection: bool,
        target_port: int,
        health_path: str,
        deregistration_delay: Duration,
        stickiness: Duration | None = None,
        name: str | None = None,
    ) -> None:
        """`stickiness` left out: each request may reach another task. `name` left out: generated."""
        super().__init__(scope, construct_id)
        subnet_type = ec2.SubnetType.PUBLIC if internet_facing else ec2.SubnetType.PRIVATE_WITH_EGRESS
        self.load_balancer = elbv2.ApplicationLoadBalancer(
            self,
            "Resource",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=subnet_type),
            security_group=security_group,
            internet_facing=internet_facing,
            load_balancer_name=name,
            idle_timeout=idle_timeout,
            deletion_protection=deletion_protection,
            drop_invalid_header_fields=True,
            desync_mitigation_mode=elbv2.DesyncMitigationMode.DEFENSIVE,
            xff_header_processing_mode=elbv2.XffHeaderProcessingMode.APPEND,
        )
        self.target_group = elbv2.ApplicationTargetGroup(
            self,
            "Targets",
            vpc=vpc,
            target_type=elbv2.TargetType.IP,
            port=target_port,
            protocol=elbv2.ApplicationProtocol.HTTP,
            # Answers of a model last from a second to minutes, so counting them is fairer than taking turns.
            load_balancing_algorithm_type=elbv2.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
            deregistration_delay=deregistration_delay,
            stickiness_cookie_duration=stickiness,
            # In service after 20 s of health, out of it after 30 s without an answer.
            health_check=elbv2.HealthCheck(
                path=health_path,
                healthy_http_codes="200",
                interval=Duration.seconds(10),
                timeout=Duration.seconds(5),
                healthy_threshold_count=2,
                unhealthy_threshold_count=3,
            ),
        )

    def log_to(self, bucket: s3.IBucket) -> None:
        """Write access logs. `ApplicationLoadBalancer.log_access_logs` does the same only where the region is
        known."""
        self.load_balancer.set_attribute("access_logs.s3.enabled", "true")
        self.load_balancer.set_attribute("access_logs.s3.bucket", bucket.bucket_name)

    def listen_https(self, certificate_arn: str) -> None:
        """TLS 1.3 and 1.2 on 443, with post-quantum key exchange where the browser has it; 80 redirects
        there."""
        listener = self.load_balancer.add_listener(
            "Https",
            port=443,
            protocol=elbv2.ApplicationProtocol.HTTPS,
            certificates=[elbv2.ListenerCertificate.from_arn(certificate_arn)],
            ssl_policy=elbv2.SslPolicy.TLS13_12_RES_PQ,
            default_target_groups=[self.target_group],
            open=False,
        )
        resource = listener.node.default_child
        assert isinstance(resource, elbv2.CfnListener)
        # L1: the L2 listener has no attributes.
        resource.listener_attributes = [
            elbv2.CfnListener.ListenerAttributeProperty(key=key, value=value)
            for key, value in RESPONSE_HEADERS.items()
        ]
        self.load_balancer.add_listener(
            "Redirect",
            port=80,
            protocol=elbv2.ApplicationProtocol.HTTP,
            default_action=elbv2.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True),
            open=False,
        )

    def listen_http(self) -> None:
        """Plain HTTP on 80."""
        self.load_balancer.add_listener(
            "Http",
            port=80,
            protocol=elbv2.ApplicationProtocol.HTTP,
            default_target_groups=[self.target_group],
            open=False,
        )
