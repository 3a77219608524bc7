"""Quotas that a deployment can run into: their codes, what the template needs of each, what the account uses now.

Codes and names as Service Quotas lists them (`aws service-quotas list-service-quotas`), compared 2026-11-21 with three
published lists of them; where there is no code, the number is the documentation's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from commands.preflight.capacity import Instances
from commands.preflight.counts import (
    Needed,
    Used,
    amount,
    clusters,
    gateways_in_fullest_zone,
    listed,
    load_balancers,
    most_rules,
    new,
    nothing,
    roles,
    running,
    used_in_fullest_zone,
    vcpu,
)

FAMILIES = (
    ("Standard instances", "acdhimrtz", "L-1216C47A", "L-34B43A08"),
    ("G and VT instances", ("g", "vt"), "L-DB2E81BA", "L-3819A6DF"),
    ("P instances", ("p",), "L-417A185B", "L-7212CCBC"),
    ("Inf instances", ("inf",), "L-1945791B", "L-B5D1601B"),
    ("Trn instances", ("trn",), "L-2C3B7624", "L-6B0D517C"),
)
"""Family, first letters of its types, and the quota codes of its vCPU on demand and as Spot."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """One limit.

    Args:
        name: As Service Quotas names it.
        service: Service code there.
        code: Quota code; nothing where Service Quotas has none.
        documented: The number where there is no code.
        needed: What is still to be made.
        used: What there is now; left out: read from the usage metric that Service Quotas names.
        own: What of `needed` this very deployment has already, where that is no resource of its template.
        everywhere: Counted for all regions together, and asked in the partition's home region.
    """

    name: str
    service: str
    code: str | None
    needed: Needed
    documented: float = 0
    used: Used | None = None
    own: Used | None = None
    everywhere: bool = False


def quotas() -> Iterator[Quota]:
    """Every limit that is looked at."""
    yield Quota(
        name="VPCs",
        service="vpc",
        code="L-F678F1CE",
        needed=new("AWS::EC2::VPC"),
        used=listed("ec2", "describe_vpcs", "Vpcs"),
    )
    yield Quota(
        name="internet gateways",
        service="vpc",
        code="L-A4707A72",
        needed=new("AWS::EC2::InternetGateway"),
        used=listed("ec2", "describe_internet_gateways", "InternetGateways"),
    )
    yield Quota(
        name="Elastic IPs",
        service="ec2",
        code="L-0263D0A3",
        needed=new("AWS::EC2::EIP"),
        used=listed("ec2", "describe_addresses", "Addresses"),
    )
    yield Quota(
        name="NAT gateways in the fullest zone",
        service="vpc",
        code="L-FE5A380F",
        needed=gateways_in_fullest_zone,
        used=used_in_fullest_zone,
    )
    yield Quota(
        name="gateway endpoints",
        service="vpc",
        code="L-1B52E74A",
        needed=new("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway"),
        used=listed(
            "ec2",
            "describe_vpc_endpoints",
            "VpcEndpoints",
            Filters=[{"Name": "vpc-endpoint-type", "Values": ["Gateway"]}],
        ),
    )
    yield Quota(
        name="rules of the largest security group",
        service="vpc",
        code="L-0EA8095F",
        needed=most_rules,
        used=nothing,
    )
    yield Quota(
        name="vCPU of Fargate",
        service="fargate",
        code="L-3032A538",
        needed=vcpu("FARGATE"),
        own=running("FARGATE"),
    )
    yield Quota(
        name="vCPU of Fargate Spot",
        service="fargate",
        code="L-36FBB829",
        needed=vcpu("FARGATE_SPOT"),
        own=running("FARGATE_SPOT"),
    )
    yield Quota(
        name="Auto Scaling groups",
        service="autoscaling",
        code="L-CDE20ADC",
        needed=new("AWS::AutoScaling::AutoScalingGroup"),
        used=listed("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    )
    yield Quota(
        name="EKS clusters",
        service="eks",
        code="L-1194D53C",
        needed=new("AWS::EKS::Cluster"),
        used=listed("eks", "list_clusters", "clusters"),
    )
    yield Quota(
        name="database clusters",
        service="rds",
        code="L-952B80B8",
        needed=new("AWS::RDS::DBCluster"),
        used=clusters,
    )
    yield Quota(
        name="database instances",
        service="rds",
        code="L-7B6409FD",
        needed=new("AWS::RDS::DBInstance"),
        used=listed("rds", "describe_db_instances", "DBInstances"),
    )
    yield Quota(
        name="serverless caches",
        service="elasticache",
        code="L-BBCDAECC",
        needed=new("AWS::ElastiCache::ServerlessCache"),
        used=listed("elasticache", "describe_serverless_caches", "ServerlessCaches"),
    )
    yield Quota(
        name="application load balancers",
        service="elasticloadbalancing",
        code="L-53DA6B97",
        needed=new("AWS::ElasticLoadBalancingV2::LoadBalancer", Type="application"),
        used=load_balancers,
    )
    yield Quota(
        name="CloudFront distributions",
        service="cloudfront",
        code="L-24B04930",
        needed=new("AWS::CloudFront::Distribution"),
        used=listed("cloudfront", "list_distributions", "DistributionList.Items"),
        everywhere=True,
    )
    yield Quota(
        name="CloudFront VPC origins",
        service="cloudfront",
        code=None,
        documented=25,
        needed=new("AWS::CloudFront::VpcOrigin"),
        used=listed("cloudfront", "list_vpc_origins", "VpcOriginList.Items"),
        everywhere=True,
    )
    yield Quota(
        name="web ACLs",
        service="wafv2",
        code="L-2EC3DE7B",
        needed=new("AWS::WAFv2::WebACL", Scope="REGIONAL"),
        used=listed("wafv2", "list_web_acls", "WebACLs", Scope="REGIONAL"),
    )
    yield Quota(
        name="user pools",
        service="cognito-idp",
        code="L-66E6DF30",
        needed=new("AWS::Cognito::UserPool"),
        used=listed("cognito-idp", "list_user_pools", "UserPools", MaxResults=60),
    )
    yield Quota(
        name="file systems",
        service="elasticfilesystem",
        code="L-848C634D",
        needed=new("AWS::EFS::FileSystem"),
        used=listed("efs", "describe_file_systems", "FileSystems"),
    )
    yield Quota(name="KMS keys", service="kms", code="L-C2F1777E", needed=new("AWS::KMS::Key"))
    yield Quota(
        name="buckets",
        service="s3",
        code="L-DC2B2D3D",
        needed=new("AWS::S3::Bucket"),
        used=listed("s3", "list_buckets", "Buckets"),
        everywhere=True,
    )
    yield Quota(
        name="IAM roles",
        service="iam",
        code="L-FE177D64",
        needed=new("AWS::IAM::Role"),
        used=roles,
        everywhere=True,
    )
    yield Quota(
        name="trails",
        service="cloudtrail",
        code="L-1568E18E",
        needed=new("AWS::CloudTrail::Trail"),
        used=listed("cloudtrail", "describe_trails", "trailList"),
    )
    yield Quota(
        name="private DNS namespaces",
        service="AWSCloudMap",
        code="L-0FE3F50E",
        needed=new("AWS::ServiceDiscovery::PrivateDnsNamespace"),
        used=listed("servicediscovery", "list_namespaces", "Namespaces"),
    )
    yield Quota(
        name="log resource policies",
        service="logs",
        code=None,
        documented=10,
        needed=new("AWS::Logs::ResourcePolicy"),
        used=listed("logs", "describe_resource_policies", "resourcePolicies"),
    )


def machines(groups: Iterable[Instances], vcpu: Mapping[str, int]) -> Iterator[Quota]:
    """The limits on vCPU of EC2 that groups of instances take a share of; `vcpu` by type."""
    wanted = list(groups)
    for family, starts, on_demand, spot in FAMILIES:
        for how, is_spot, code in (("on demand", False, on_demand), ("as Spot", True, spot)):
            taken = sum(
                each.count * vcpu.get(each.type, 0)
                for each in wanted
                if each.spot is is_spot and _family(each.type).startswith(tuple(starts))
            )
            yield Quota(name=f"vCPU of {family} {how}", service="ec2", code=code, needed=amount(taken))


def _family(type_: str) -> str:
    """The letters before the first digit: `t` of `t4g.large`."""
    return type_[: next((place for place, letter in enumerate(type_) if letter.isdigit()), len(type_))]
