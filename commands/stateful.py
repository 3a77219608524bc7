"""What holds data, what CloudFormation leaves behind when a deployment is deleted, and what refuses to be deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

HOLDS_DATA = frozenset(
    {
        "AWS::ACMPCA::CertificateAuthority",
        "AWS::Backup::BackupVault",
        "AWS::Backup::LogicallyAirGappedBackupVault",
        "AWS::Cassandra::Table",
        "AWS::CloudFormation::Stack",  # a new logical ID of a nested stack replaces everything in it
        "AWS::CodeCommit::Repository",
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::DAX::Cluster",
        "AWS::DocDB::DBCluster",
        "AWS::DocDB::DBInstance",
        "AWS::DocDBElastic::Cluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::KeyPair",  # the private half is given out once
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::EKS::Cluster",  # what its volumes and its own store hold
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::GlobalReplicationGroup",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::Elasticsearch::Domain",
        "AWS::FSx::FileSystem",
        "AWS::FSx::Volume",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::MSK::Cluster",
        "AWS::MSK::ServerlessCluster",
        "AWS::MemoryDB::Cluster",
        "AWS::Neptune::DBCluster",
        "AWS::Neptune::DBInstance",
        "AWS::OpenSearchServerless::Collection",
        "AWS::OpenSearchService::Domain",
        "AWS::PaymentCryptography::Key",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::GlobalCluster",
        "AWS::Redshift::Cluster",
        "AWS::RedshiftServerless::Namespace",
        "AWS::S3::Bucket",
        "AWS::S3Express::DirectoryBucket",
        "AWS::S3Tables::Table",
        "AWS::S3Tables::TableBucket",
        "AWS::S3Vectors::Index",
        "AWS::S3Vectors::VectorBucket",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
        "AWS::Timestream::Database",
        "AWS::Timestream::InfluxDBCluster",
        "AWS::Timestream::InfluxDBInstance",
        "AWS::Timestream::Table",
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
        case "AWS::RDS::DBCluster" | "AWS::RDS::DBInstance" | "AWS::EKS::Cluster":
            return properties.get("DeletionProtection") not in (None, False, "false")
        case "AWS::Cognito::UserPool":
            return bool(properties.get("DeletionProtection") == "ACTIVE")
        case "AWS::ElasticLoadBalancingV2::LoadBalancer":
            attributes = properties.get("LoadBalancerAttributes", [])
            return {"Key": "deletion_protection.enabled", "Value": "true"} in attributes
    return False
