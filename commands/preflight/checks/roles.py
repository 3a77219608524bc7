"""Service-linked roles, which AWS makes when a service is first used and which a first deployment trips over."""

from collections.abc import Iterator

from commands.account.reading import Account
from commands.preflight.findings import Finding, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check

NAME = "service-linked roles"
ROLES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "ecs.application-autoscaling.amazonaws.com",
    ),
    "AWS::AutoScaling::AutoScalingGroup": ("AWSServiceRoleForAutoScaling", "autoscaling.amazonaws.com"),
    "AWS::Backup::BackupPlan": ("AWSServiceRoleForBackup", "backup.amazonaws.com"),
    "AWS::Backup::RestoreTestingPlan": (
        "AWSServiceRoleForBackupRestoreTesting",
        "restore-testing.backup.amazonaws.com",
    ),
    "AWS::CloudFront::VpcOrigin": (
        "AWSServiceRoleForCloudFrontVPCOrigin",
        "vpcorigin.cloudfront.amazonaws.com",
    ),
    "AWS::ECS::Cluster": ("AWSServiceRoleForECS", "ecs.amazonaws.com"),
    "AWS::EFS::FileSystem": ("AWSServiceRoleForAmazonElasticFileSystem", "elasticfilesystem.amazonaws.com"),
    "AWS::EKS::Cluster": ("AWSServiceRoleForAmazonEKS", "eks.amazonaws.com"),
    "AWS::EKS::Nodegroup": ("AWSServiceRoleForAmazonEKSNodegroup", "eks-nodegroup.amazonaws.com"),
    "AWS::ElastiCache::ServerlessCache": ("AWSServiceRoleForElastiCache", "elasticache.amazonaws.com"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "AWSServiceRoleForElasticLoadBalancing",
        "elasticloadbalancing.amazonaws.com",
    ),
    "AWS::RDS::DBCluster": ("AWSServiceRoleForRDS", "rds.amazonaws.com"),
    "AWS::WAFv2::LoggingConfiguration": ("AWSServiceRoleForWAFV2Logging", "wafv2.amazonaws.com"),
}
"""Resource type → role and service (IAM user guide, "AWS services that work with IAM", read 2026-11-21)."""


def linked(account: Account, needs: Needs) -> Iterator[Finding]:
    """The roles of all services that the deployment begins to use."""
    wanted = [role for kind, role in ROLES.items() if needs.new(kind)]
    if not wanted:
        return
    absent = [
        (role, service)
        for role, service in wanted
        if account.read("iam", "get_role", missing=("NoSuchEntity",), RoleName=role) is None
    ]
    if absent:
        found = f"{len(absent)} of {len(wanted)} are not there: {', '.join(role for role, _ in absent)}"
        services = ", ".join(service for _, service in absent)
        remedy = (
            "AWS makes them on first use, which may fail the first deployment; to be sure: "
            f"aws iam create-service-linked-role --aws-service-name with each of {services}"
        )
        yield warning(NAME, found, remedy)
    else:
        yield ok(NAME, f"all {len(wanted)} are there")


CHECKS = (Check(NAME, linked),)
