"""What the tests of the edge deploy: a public load balancer with TLS, an internal one behind a distribution."""

from typing import Any

CERTIFIED, ALIAS = "chat.example.com", "www.example.com"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
FUNCTION = """
function handler(event) {
  event.request.headers['true-client-ip'] = { value: event.viewer.ip };
  return event.request;
}
"""
Template = dict[str, Any]


def template() -> Template:
    """The template; each group of targets is an output."""
    resources: Template = {
        "Certificate": _resource(
            "AWS::CertificateManager::Certificate", DomainName=CERTIFIED, ValidationMethod="DNS"
        ),
        "Record": _resource(
            "AWS::Route53::RecordSet",
            HostedZoneId="Z0123456789ABCDEFGHIJ",
            Name=ALIAS,
            Type="A",
            AliasTarget={
                "DNSName": {"Fn::Join": ["", ["dualstack.", {"Fn::GetAtt": ["Public", "DNSName"]}]]},
                "HostedZoneId": {"Fn::GetAtt": ["Public", "CanonicalHostedZoneID"]},
            },
        ),
        "Public": _load_balancer("internet-facing"),
        "Internal": _load_balancer("internal"),
        "PublicTargets": _targets(),
        "InternalTargets": _targets(),
        "Https": _listener(
            "Public",
            443,
            _forward("PublicTargets"),
            Certificates=[{"CertificateArn": {"Ref": "Certificate"}}],
            ListenerAttributes=_attributes(
                **{"routing.http.response.strict_transport_security.header_value": "max-age=31536000"}
            ),
        ),
        "Redirect": _listener(
            "Public",
            80,
            {
                "Type": "redirect",
                "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
            },
        ),
        "Rule": _resource(
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            ListenerArn={"Ref": "Https"},
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/closed/*"]}],
            Actions=[
                {
                    "Type": "fixed-response",
                    "FixedResponseConfig": {"StatusCode": "403", "MessageBody": "closed"},
                }
            ],
        ),
        "Http": _listener("Internal", 80, _forward("InternalTargets")),
        "Origin": _resource(
            "AWS::CloudFront::VpcOrigin",
            VpcOriginEndpointConfig={
                "Name": "edge-tests",
                "Arn": {"Ref": "Internal"},
                "HTTPPort": 80,
                "HTTPSPort": 443,
                "OriginProtocolPolicy": "http-only",
            },
        ),
        "Function": _resource(
            "AWS::CloudFront::Function",
            Name="edge-tests",
            AutoPublish=True,
            FunctionCode=FUNCTION,
            FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        ),
        "Distribution": _resource("AWS::CloudFront::Distribution", DistributionConfig=_distribution()),
    }
    outputs = {
        "Distribution": {"Fn::GetAtt": ["Distribution", "DomainName"]},
        "Public": {"Fn::GetAtt": ["Public", "DNSName"]},
        "Internal": {"Fn::GetAtt": ["Internal", "DNSName"]},
        "PublicTargets": {"Ref": "PublicTargets"},
        "InternalTargets": {"Ref": "InternalTargets"},
        "InternalArn": {"Ref": "Internal"},
    }
    return {"Resources": resources, "Outputs": {name: {"Value": value} for name, value in outputs.items()}}


def _distribution() -> Template:
    origin = {
        "Id": "balancer",
        "DomainName": {"Fn::GetAtt": ["Internal", "DNSName"]},
        "VpcOriginConfig": {"VpcOriginId": {"Ref": "Origin"}, "OriginReadTimeout": 30},
        "OriginCustomHeaders": [{"HeaderName": "x-from", "HeaderValue": "the edge"}],
    }
    behaviour = {
        "TargetOriginId": "balancer",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": ALL_METHODS,
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER,
        "FunctionAssociations": [
            {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["Function", "FunctionARN"]}}
        ],
    }
    return {"Enabled": True, "Origins": [origin], "DefaultCacheBehavior": behaviour}


def _load_balancer(scheme: str) -> Template:
    attributes = _attributes(
        **{
            "idle_timeout.timeout_seconds": "1",
            "routing.http.drop_invalid_header_fields.enabled": "true",
        }
    )
    return _resource(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        Scheme=scheme,
        Subnets=["subnet-1", "subnet-2"],
        LoadBalancerAttributes=attributes,
    )


def _targets() -> Template:
    return _resource(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        VpcId="vpc-1",
        TargetType="ip",
        Protocol="HTTP",
        Port=8080,
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )


def _listener(balancer: str, port: int, action: Template, **more: Any) -> Template:
    return _resource(
        "AWS::ElasticLoadBalancingV2::Listener",
        LoadBalancerArn={"Ref": balancer},
        Port=port,
        Protocol="HTTPS" if port == 443 else "HTTP",
        DefaultActions=[action],
        **more,
    )


def _forward(group: str) -> Template:
    return {"Type": "forward", "TargetGroupArn": {"Ref": group}}


def _attributes(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def _resource(resource_type: str, **properties: Any) -> Template:
    return {"Type": resource_type, "Properties": properties}
