"""How deep the emulation of each type goes, as printed after a deployment."""

from enum import Enum

from commands.local.emulator.table.rows import ROWS


class Depth(Enum):
    """What stands behind a resource."""

    RUNS = "runs for real"
    MINISTACK = "ministack answers its API"
    CALLED = "ministack answers its API; the template type is ours"
    CHECKED = "checked, applied in order and kept; nothing of it runs"
    RECORDED = "kept and answered to the template, nothing behind it"


RUNS = {
    "AWS::RDS::DBCluster": "PostgreSQL with pgvector on loopback, behind the Data API",
    "AWS::RDS::DBInstance": "the cluster's PostgreSQL",
    "AWS::ElastiCache::ServerlessCache": "Valkey on loopback, in cluster mode, with its users",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "a reverse proxy on loopback",
    "AWS::ElasticLoadBalancingV2::Listener": "rules, headers and TLS of the reverse proxy",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "targets are checked and take turns",
    "AWS::CloudFront::Distribution": "a reverse proxy on loopback; nothing is cached",
    "AWS::Lambda::Function": "Python, as processes of this machine",
    "AWS::CloudFormation::Stack": "ministack's engine, with schemas and replacement rules of ours",
    "AWS::S3::Bucket": "objects are kept",
    "AWS::SecretsManager::Secret": "values are made, kept and read",
}
CUSTOM = "our handler runs and answers"
CHECKED = {
    "Custom::AWSCDK-EKS-KubernetesResource": "instead of kubectl",
    "Custom::AWSCDK-EKS-HelmChart": "instead of Helm; no chart is read",
}

_ROWS = {row.type: Depth.CALLED if row.create else Depth.RECORDED for row in ROWS}


def depth(resource_type: str) -> Depth:
    """What stands behind a resource of this type."""
    if resource_type in CHECKED:
        return Depth.CHECKED
    if resource_type in RUNS or resource_type.startswith("Custom::"):
        return Depth.RUNS
    return _ROWS.get(resource_type, Depth.MINISTACK)


def remark(resource_type: str) -> str:
    """What of it is real; empty where nothing is."""
    if resource_type in CHECKED:
        return CHECKED[resource_type]
    return CUSTOM if resource_type.startswith("Custom::") else RUNS.get(resource_type, "")
