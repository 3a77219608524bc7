"""What resource types are called where people read them."""

from collections import Counter
from collections.abc import Iterable

NOUNS = {
    "AWS::EC2::VPC": "VPC",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::NatGateway": "NAT gateway",
    "AWS::EC2::VPCEndpoint": "VPC endpoint",
    "AWS::EC2::FlowLog": "flow log",
    "AWS::EC2::SecurityGroup": "security group",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "application load balancer",
    "AWS::ElasticLoadBalancingV2::Listener": "listener",
    "AWS::CloudFront::Distribution": "CloudFront distribution",
    "AWS::CertificateManager::Certificate": "certificate",
    "AWS::Route53::RecordSet": "DNS record",
    "AWS::WAFv2::WebACL": "web ACL",
    "AWS::Cognito::UserPool": "user pool",
    "AWS::Cognito::UserPoolClient": "app client",
    "AWS::Cognito::UserPoolGroup": "group",
    "AWS::EFS::FileSystem": "EFS file system",
    "AWS::RDS::DBCluster": "Aurora PostgreSQL cluster",
    "AWS::RDS::DBInstance": "database instance",
    "AWS::ElastiCache::ServerlessCache": "Valkey cache",
    "AWS::S3::Bucket": "bucket",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::KMS::Key": "KMS key",
    "AWS::ECR::Repository": "image repository",
    "AWS::ECS::Service": "ECS service",
    "AWS::EKS::Cluster": "EKS cluster",
    "AWS::EKS::Nodegroup": "node group",
    "AWS::EKS::Addon": "add-on",
    "Custom::AWSCDK-EKS-HelmChart": "Helm chart",
    "AWS::EKS::PodIdentityAssociation": "pod identity",
    "Custom::AWSCDK-EKS-KubernetesResource": "Kubernetes object",
    "AWS::Lambda::Function": "Lambda function",
    "AWS::Logs::LogGroup": "log group",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::SNS::Topic": "SNS topic",
    "AWS::Backup::BackupVault": "backup vault",
    "AWS::Backup::BackupPlan": "backup plan",
    "AWS::Backup::RestoreTestingPlan": "restore-testing plan",
}
"""Resource types that are drawn; the rest is wiring."""


def counted(kinds: Iterable[str]) -> list[str]:
    """Nouns with their number for resource types, in the order above; wiring is left out."""
    counts = Counter(kinds)
    return [
        noun if counts[kind] == 1 else f"{counts[kind]} × {noun}"
        for kind, noun in NOUNS.items()
        if counts[kind]
    ]
