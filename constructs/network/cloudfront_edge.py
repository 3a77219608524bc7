"""CloudFront in front of an internal load balancer."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

CLIENT_ADDRESS_HEADER = "true-client-ip"
TELL_CLIENT_ADDRESS = f"""\
function handler(event) {{
  event.request.headers['{CLIENT_ADDRESS_HEADER}'] = {{ value: event.viewer.ip }};
  return event.request;
}}
"""
CACHED_ERRORS = (403, 404, 405, 414, 500, 501, 502, 503, 504)
"""Codes that CloudFront keeps for ten seconds unless told otherwise, whatever the cache policy says."""

FINDINGS = {
    "AwsSolutions-CFR1": (
        "Who may connect by country is a setting of the firewall on the load balancer; left out, all may."
    ),
    "AwsSolutions-CFR2": (
        "AWS WAF, when it is set, is on the load balancer, which nothing but this distribution reaches; a "
        "web ACL on the distribution itself can be made in us-east-1 alone, and the deployment may be in any "
        "region."
    ),
    "AwsSolutions-CFR3": (
        "Nothing is cached, so each request is in the access logs of the load balancer; CloudFront's own "
        "logs would need a bucket with access control lists, or delivery resources in us-east-1."
    ),
    "AwsSolutions-CFR4": (
        "The distribution has no domain of its own by design, and with CloudFront's certificate CloudFront "
        "fixes the security policy; browsers negotiate TLS 1.3. A domain and its certificate come with edge: "
        "alb."
    ),
}


class CloudFrontEdge(Construct):
    """HTTPS with no domain: CloudFront's name and certificate, a VPC origin, no cache.

    `distribution`; `client_address_header`: where the browser's address stands, if `tell_client_address`.

    Between CloudFront and the load balancer runs HTTP on port 80, inside the VPC: a load balancer needs a
    certificate for HTTPS, and none can be had for a name of AWS. So the load balancer says
    `X-Forwarded-Proto: http`, and an application must be told its public origin. CloudFront waits 120 seconds
    for the first and for each further packet of an answer (the default quota; Service Quotas raises it) and
    closes a WebSocket after ten idle minutes. VPC origins carry WebSockets since May 2026. The VPC needs an
    internet gateway, though nothing routes to it.

    A VPC origin cannot be changed while a distribution uses it. So no setting reaches its ports and protocol, and a
    change that makes another load balancer must make another edge: give both constructs another id.
    """

    distribution: cloudfront.Distribution
    client_address_header: str | None

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        load_balancer: elbv2.IApplicationLoadBalancer,
        comment: str,
        tell_client_address: bool,
    ) -> None:
        """`tell_client_address`: a function at the edge writes it to a header of its own, over whatever a
        client sent.

        X-Forwarded-For does not serve: AWS WAF reads its first address, which is the client's own claim.
        """
        super().__init__(scope, construct_id)
        self.client_address_header = CLIENT_ADDRESS_HEADER if tell_client_address else None
        self.distribution = cloudfront.Distribution(
            self,
            "Resource",
            comment=comment,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.VpcOrigin.with_application_load_balancer(
                    load_balancer,
                    protocol_policy=cloudfront.OriginProtocolPolicy.HTTP_ONLY,
                    http_port=80,
                    read_timeout=Duration.seconds(120),
                    keepalive_timeout=Duration.seconds(60),
                ),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
                compress=False,
                function_associations=[self._client_address()] if tell_client_address else None,
            ),
            # Else one user's 403 or 404 answers the same path of another.
            error_responses=[
                cloudfront.ErrorResponse(http_status=code, ttl=Duration.seconds(0)) for code in CACHED_ERRORS
            ],
        )
        Validations.of(self.distribution).acknowledge(
            *(Acknowledgment(id=finding, reason=reason) for finding, reason in FINDINGS.items())
        )

    def _client_address(self) -> cloudfront.FunctionAssociation:
        function = cloudfront.Function(
            self,
            "ClientAddress",
            code=cloudfront.FunctionCode.from_inline(TELL_CLIENT_ADDRESS),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            comment=f"Writes the browser's address to {CLIENT_ADDRESS_HEADER} for the firewall",
        )
        return cloudfront.FunctionAssociation(
            event_type=cloudfront.FunctionEventType.VIEWER_REQUEST, function=function
        )
