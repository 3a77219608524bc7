"""Names that are fixed, and may be taken: by something of another stack, or by what a deleted one left behind."""

from collections.abc import Iterator
from dataclasses import dataclass

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.looks import (
    Look,
    asked,
    bucket,
    listed,
    log_group,
    parameter,
    secret,
    topic,
    user_pool_domain,
)
from commands.preflight.needs import Needs
from commands.preflight.run import Check

TAKE = "delete it, or deploy under another name"


@dataclass(frozen=True, kw_only=True)
class FixedName:
    """A property that fixes a name, and the look whether it is taken."""

    kind: str
    property: str
    noun: str
    look: Look
    remedy: str = TAKE


FIXED = (
    FixedName(
        kind="AWS::Cognito::UserPoolDomain",
        property="Domain",
        noun="sign-in domain",
        look=user_pool_domain,
        remedy="give another sign_in.domain_prefix",
    ),
    FixedName(
        kind="AWS::Backup::BackupVault",
        property="BackupVaultName",
        noun="backup vault",
        look=listed("backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    ),
    FixedName(
        kind="AWS::Backup::RestoreTestingPlan",
        property="RestoreTestingPlanName",
        noun="restore-testing plan",
        look=listed("backup", "list_restore_testing_plans", "RestoreTestingPlans", "RestoreTestingPlanName"),
    ),
    FixedName(
        kind="AWS::SecretsManager::Secret",
        property="Name",
        noun="secret",
        look=secret,
        remedy=f"{TAKE}; aws secretsmanager delete-secret --force-delete-without-recovery frees it at once",
    ),
    FixedName(kind="AWS::SSM::Parameter", property="Name", noun="SSM parameter", look=parameter),
    FixedName(
        kind="AWS::Logs::LogGroup",
        property="LogGroupName",
        noun="log group",
        look=log_group,
        remedy=f"{TAKE}; aws logs create-export-task keeps what is in it, aws logs delete-log-group frees the name",
    ),
    FixedName(kind="AWS::S3::Bucket", property="BucketName", noun="bucket", look=bucket),
    FixedName(
        kind="AWS::IAM::Role",
        property="RoleName",
        noun="role",
        look=asked("iam", "get_role", "RoleName", "NoSuchEntity"),
    ),
    FixedName(
        kind="AWS::KMS::Alias",
        property="AliasName",
        noun="key alias",
        look=listed("kms", "list_aliases", "Aliases", "AliasName"),
    ),
    FixedName(
        kind="AWS::EKS::Cluster",
        property="Name",
        noun="EKS cluster",
        look=asked("eks", "describe_cluster", "name", "ResourceNotFoundException"),
    ),
    FixedName(
        kind="AWS::ECR::Repository",
        property="RepositoryName",
        noun="image repository",
        look=listed("ecr", "describe_repositories", "repositories", "repositoryName"),
    ),
    FixedName(kind="AWS::SNS::Topic", property="TopicName", noun="SNS topic", look=topic),
    FixedName(
        kind="AWS::ElastiCache::ServerlessCache",
        property="ServerlessCacheName",
        noun="cache",
        look=listed("elasticache", "describe_serverless_caches", "ServerlessCaches", "ServerlessCacheName"),
    ),
    FixedName(
        kind="AWS::ElastiCache::UserGroup",
        property="UserGroupId",
        noun="cache user group",
        look=listed("elasticache", "describe_user_groups", "UserGroups", "UserGroupId"),
    ),
    FixedName(
        kind="AWS::RDS::DBCluster",
        property="DBClusterIdentifier",
        noun="database cluster",
        look=asked("rds", "describe_db_clusters", "DBClusterIdentifier", "DBClusterNotFoundFault"),
    ),
)


def _check(fixed: FixedName) -> Check:
    def look(account: Account, needs: Needs) -> Iterator[Finding]:
        for address, properties in needs.of(fixed.kind):
            name = needs.text(properties.get(fixed.property))
            if name is None:
                continue
            line = f"{fixed.noun} {name}"
            if needs.exists(address):
                yield ok(line, "is this deployment's own")
            elif (there := fixed.look(account, name)) is None:
                yield ok(line, "is free")
            else:
                yield failed(line, there, fixed.remedy)

    return Check(f"name of the {fixed.noun}", look)


CHECKS = tuple(_check(fixed) for fixed in FIXED)
