"""What holds data, what CloudFormation leaves behind when a deployment is deleted, and what refuses to be deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

HOLDS_DATA = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::CloudFormation::Stack",  # a new logical ID of a nested stack replaces everything in it
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::EKS::Cluster",  # what its volumes and its own store hold
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
    }
)
"""Resource types whose replacement or deletion loses what people or machines put in."""
LEFT_BEHIND = {"Retain", "RetainExceptOnCreate", "Snapshot"}


@dataclass(frozen=True)
class Retained:
    """A resource that outlives its stack; `policy` is its DeletionPolicy: of `Snapshot` only a last snapshot stays."""

    address: str
    kind: str
    policy: str


def retained(template: dict[str, Any]) -> Iterator[Retained]:
    """What stays of a template (see `commands.flattened`) when its stack is deleted."""
    for address, resource in template["Resources"].items():
        policy = resource.get("DeletionPolicy", "Delete")
        if policy in LEFT_BEHIND:
            yield Retained(address, resource["Type"], policy)


def is_protected(resource: dict[str, Any]) -> bool:
    """Whether a resource of a template refuses to be deleted until its deletion protection is switched off."""
    properties = resource.get("Properties", {})
    match resource["Type"]:
        case "AWS::RDS::DBCluster" | "AWS::RDS::DBInstance":
            return properties.get("DeletionProtection") not in (None, False, "false")
        case "AWS::Cognito::UserPool":
            return bool(properties.get("DeletionProtection") == "ACTIVE")
        case "AWS::ElasticLoadBalancingV2::LoadBalancer":
            attributes = properties.get("LoadBalancerAttributes", [])
            return {"Key": "deletion_protection.enabled", "Value": "true"} in attributes
    return False
