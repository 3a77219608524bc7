"""The storage stack: file system, database, cache, uploads, and the key over all of them."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnResource, CustomResource, NestedStack, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from constructs.data.cache import Cache
from constructs.data.database import Database
from constructs.data.shared_files import SharedFiles
from constructs.network.tiered_vpc import TieredVpc
from constructs.security.deployment_key import DeploymentKey
from settings.cache import CacheSettings
from settings.database import DatabaseSettings
from settings.files import FileSettings
from stacks.storage import Storage

CONTEXT = json.loads((Path(__file__).parents[2] / "cdk.json").read_text())["context"]
SNAPSHOT = "arn:aws:rds:eu-central-1:111122223333:cluster-snapshot:before"
DIRECTORY = "aws-backup-restore_2026-11-21T03-00-00"
GROUP = "sg-0a1b2c3d"
SUBNETS = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
MORE_SUBNETS = [*SUBNETS, "subnet-2a1b2c3d", "subnet-3a1b2c3d"]
VIA = ("backup", "elasticache", "elasticfilesystem", "rds", "s3", "secretsmanager")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What a deployment file may say about storage."""

    keep_data: bool = True
    database: DatabaseSettings = DatabaseSettings()  # noqa: RUF009 -- frozen
    files: FileSettings = FileSettings()  # noqa: RUF009 -- frozen
    cache: CacheSettings = CacheSettings()  # noqa: RUF009 -- frozen
    with_cache: bool = True
    snapshot_arn: str | None = None
    restored_file_system_id: str | None = None
    restored_directory: str | None = None
    subnets: int = 2


VARIANTS = {
    "production": Variant(database=DatabaseSettings(min_capacity=1, max_capacity=8, reader=True)),
    "development": Variant(
        keep_data=False,
        database=DatabaseSettings(min_capacity=0, max_capacity=1, deletion_protection=False),
        files=FileSettings(throughput="bursting", uploads="s3"),
    ),
    "no cache": Variant(with_cache=False),
    "pauses late": Variant(database=DatabaseSettings(min_capacity=0, pause_after_seconds=900)),
    "provisioned": Variant(
        files=FileSettings(
            throughput="provisioned", provisioned_mibps=10, infrequent_access_after_days=None, uploads="s3"
        )
    ),
    "restored": Variant(
        snapshot_arn=SNAPSHOT, restored_file_system_id="fs-0a1b2c3d", restored_directory=DIRECTORY
    ),
    "four zones": Variant(subnets=4),
}


@dataclass(frozen=True, kw_only=True)
class Built:
    """A synthesized variant and the objects that other stacks get."""

    storage: Storage
    files: SharedFiles
    database: Database
    cache: Cache | None


def build(scope: Stack, variant: Variant) -> Built:
    subnets = MORE_SUBNETS[: variant.subnets]
    vpc = ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id="vpc-0a1b2c3d",
        availability_zones=[f"eu-central-1{zone}" for zone in "abcd"[: variant.subnets]],
        private_subnet_ids=subnets,
        private_subnet_route_table_ids=[f"rtb-{number}a1b2c3d" for number in range(variant.subnets)],
    )
    group = ec2.SecurityGroup.from_security_group_id(scope, "Group", GROUP, mutable=False)
    storage = Storage(scope, "Storage", keep_data=variant.keep_data)
    files = storage.add_file_system(
        "Files",
        vpc=vpc,
        security_group=group,
        settings=variant.files,
        path="/open-webui",
        restored_file_system_id=variant.restored_file_system_id,
        restored_directory=variant.restored_directory,
    )
    database = storage.add_database(
        "Database",
        vpc=vpc,
        security_group=group,
        settings=variant.database,
        database_name="openwebui",
        snapshot_arn=variant.snapshot_arn,
        log_retention_days=90,
    )
    shared = None
    if variant.with_cache:
        shared = storage.add_cache("Cache", vpc=vpc, security_group=group, settings=variant.cache)
    if variant.files.uploads == "s3":
        storage.add_bucket("Uploads", infrequent_access_after_days=90, noncurrent_version_days=30)
    return Built(storage=storage, files=files, database=database, cache=shared)


@cache
def synthesized(name: str) -> tuple[Built, dict[str, Any]]:
    built = build(Stack(App(context=CONTEXT), "Test"), VARIANTS[name])
    return built, dict(Template.from_stack(built.storage).to_json())


def resources(name: str, resource_type: str) -> dict[str, Any]:
    found = synthesized(name)[1]["Resources"].items()
    return {logical_id: each for logical_id, each in found if each["Type"] == resource_type}


def the(name: str, resource_type: str) -> dict[str, Any]:
    (resource,) = resources(name, resource_type).values()
    return resource  # type: ignore[no-any-return]


def properties(name: str, resource_type: str) -> dict[str, Any]:
    return the(name, resource_type)["Properties"]  # type: ignore[no-any-return]


def secret(name: str, description: str) -> dict[str, Any]:
    (found,) = [
        each
        for each in resources(name, "AWS::SecretsManager::Secret").values()
        if each["Properties"]["Description"].startswith(description)
    ]
    return found  # type: ignore[no-any-return]


def key_arn(name: str) -> dict[str, Any]:
    (logical_id,) = resources(name, "AWS::KMS::Key")
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def key_statement(name: str, sid: str) -> dict[str, Any]:
    statements = properties(name, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (found,) = [each for each in statements if each.get("Sid") == sid]
    return found  # type: ignore[no-any-return]


# --- the key


@pytest.mark.row("C3")
def test_key_rotates() -> None:
    assert properties("production", "AWS::KMS::Key")["EnableKeyRotation"] is True


@pytest.mark.row("C3")
@pytest.mark.parametrize("sid", ["UseThroughServices", "GrantToServices"])
def test_key_serves_this_account_through_the_stores_services_only(sid: str) -> None:
    condition = key_statement("production", sid)["Condition"]
    assert condition["StringEquals"] == {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}
    assert condition["StringLike"] == {"kms:ViaService": [f"{service}.*.amazonaws.com" for service in VIA]}


@pytest.mark.row("C3")
def test_key_grants_are_for_aws_resources_only() -> None:
    condition = key_statement("production", "GrantToServices")["Condition"]
    assert condition["Bool"] == {"kms:GrantIsForAWSResource": "true"}


@pytest.mark.row("C3")
def test_key_encrypts_log_groups_of_this_account_only() -> None:
    condition = key_statement("production", "EncryptLogGroups")["Condition"]["ArnLike"]
    assert {"Ref": "AWS::AccountId"} in condition["kms:EncryptionContext:aws:logs:arn"]["Fn::Join"][1]


@pytest.mark.row("C8")
@pytest.mark.parametrize(("name", "days"), [("production", 30), ("development", 7)])
def test_key_can_be_brought_back_for_some_days(name: str, days: int) -> None:
    assert properties(name, "AWS::KMS::Key")["PendingWindowInDays"] == days


def test_key_is_closed_to_whoever_gets_it() -> None:
    stack = Stack(App(context=CONTEXT), "Test")
    storage = Storage(stack, "Storage", keep_data=True)
    storage.key.grant_decrypt(iam.ServicePrincipal("ecs.amazonaws.com"))
    (key,) = Template.from_stack(storage).find_resources("AWS::KMS::Key").values()
    assert "ecs.amazonaws.com" not in json.dumps(key)


@pytest.mark.parametrize(
    ("service", "condition"),
    [
        ("cloudwatch.amazonaws.com", {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}),
        ("events.amazonaws.com", None),
    ],
)
def test_key_serves_principals_for_this_account_where_they_name_it(
    service: str, condition: dict[str, Any] | None
) -> None:
    stack = Stack(App(context=CONTEXT), "Test")
    DeploymentKey(stack, "Key", description="for a test", keep_data=False, services=(service,))
    (key,) = Template.from_stack(stack).find_resources("AWS::KMS::Key").values()
    statement = key["Properties"]["KeyPolicy"]["Statement"][1]
    assert (statement["Principal"], statement.get("Condition")) == ({"Service": service}, condition)


# --- files


@pytest.mark.row("F5", "C3")
def test_file_system_is_encrypted_with_the_key() -> None:
    file_system = properties("production", "AWS::EFS::FileSystem")
    assert (file_system["Encrypted"], file_system["KmsKeyId"]) == (True, key_arn("production"))


def file_system_statements(sid: str) -> dict[str, Any]:
    policy = properties("production", "AWS::EFS::FileSystem")["FileSystemPolicy"]
    (found,) = [each for each in policy["Statement"] if each["Sid"] == sid]
    return found  # type: ignore[no-any-return]


@pytest.mark.row("F5", "C3")
def test_file_system_refuses_clients_without_tls() -> None:
    statement = file_system_statements("WithoutTls")
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.row("F5")
def test_file_system_refuses_clients_beside_its_mount_targets() -> None:
    statement = file_system_statements("BesideMountTargets")
    assert statement["Condition"] == {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "false"}}


@pytest.mark.row("F5")
def test_file_system_policy_allows_nobody_so_that_anonymous_clients_stay_out() -> None:
    policy = properties("production", "AWS::EFS::FileSystem")["FileSystemPolicy"]
    assert {each["Effect"] for each in policy["Statement"]} == {"Deny"}


@pytest.mark.row("F5")
def test_access_point_is_for_user_1000_under_open_webui() -> None:
    point = properties("production", "AWS::EFS::AccessPoint")
    assert point["PosixUser"] == {"Uid": "1000", "Gid": "1000"}
    assert point["RootDirectory"]["Path"] == "/open-webui"
    assert point["RootDirectory"]["CreationInfo"]["OwnerUid"] == "1000"


@pytest.mark.row("F5")
@pytest.mark.parametrize("name", ["production", "restored"])
def test_file_system_has_a_mount_target_per_zone(name: str) -> None:
    targets = resources(name, "AWS::EFS::MountTarget").values()
    assert sorted(each["Properties"]["SubnetId"] for each in targets) == SUBNETS


@pytest.mark.row("F2")
@pytest.mark.parametrize("name", ["production", "restored"])
def test_mount_targets_have_the_given_security_group(name: str) -> None:
    targets = resources(name, "AWS::EFS::MountTarget").values()
    assert {tuple(each["Properties"]["SecurityGroups"]) for each in targets} == {(GROUP,)}


@pytest.mark.row("F5", "C11")
def test_files_move_to_infrequent_access_and_back_on_first_use() -> None:
    assert properties("production", "AWS::EFS::FileSystem")["LifecyclePolicies"] == [
        {"TransitionToIA": "AFTER_30_DAYS"},
        {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]


@pytest.mark.parametrize(("days", "policy"), [(1, "AFTER_1_DAY"), (365, "AFTER_365_DAYS")])
def test_every_offered_number_of_days_is_one_that_efs_knows(days: Any, policy: str) -> None:
    variant = Variant(files=FileSettings(infrequent_access_after_days=days), with_cache=False)
    built = build(Stack(App(context=CONTEXT), "Test"), variant)
    (file_system,) = Template.from_stack(built.storage).find_resources("AWS::EFS::FileSystem").values()
    assert file_system["Properties"]["LifecyclePolicies"][0] == {"TransitionToIA": policy}


def test_files_stay_in_standard_storage_where_the_file_says_never() -> None:
    assert "LifecyclePolicies" not in properties("provisioned", "AWS::EFS::FileSystem")


@pytest.mark.row("F5")
@pytest.mark.parametrize(
    ("name", "mode"), [("production", "elastic"), ("development", "bursting"), ("provisioned", "provisioned")]
)
def test_file_system_has_the_throughput_mode_of_the_settings(name: str, mode: str) -> None:
    assert properties(name, "AWS::EFS::FileSystem")["ThroughputMode"] == mode


def test_provisioned_throughput_is_the_settings() -> None:
    assert properties("provisioned", "AWS::EFS::FileSystem")["ProvisionedThroughputInMibps"] == 10


@pytest.mark.row("C6")
def test_file_system_leaves_backups_to_the_deployments_own_plan() -> None:
    assert "BackupPolicy" not in properties("production", "AWS::EFS::FileSystem")


@pytest.mark.row("C7", "F8")
def test_restored_file_system_is_used_instead_of_a_new_one() -> None:
    assert not resources("restored", "AWS::EFS::FileSystem")
    assert properties("restored", "AWS::EFS::AccessPoint")["FileSystemId"] == "fs-0a1b2c3d"


@pytest.mark.row("C7", "F8")
def test_restored_files_are_found_in_the_directory_that_aws_backup_makes() -> None:
    point = properties("restored", "AWS::EFS::AccessPoint")
    assert point["RootDirectory"]["Path"] == f"/{DIRECTORY}/open-webui"


def test_grant_of_files_lands_in_the_grantees_policy_alone() -> None:
    stack = Stack(App(context=CONTEXT), "Test")
    built = build(stack, Variant(with_cache=False))
    other = NestedStack(stack, "Other")
    role = iam.Role(other, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    built.files.grant_read_write(role)
    (policy,) = Template.from_stack(other).find_resources("AWS::IAM::Policy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert "elasticfilesystem:AccessPointArn" in statement["Condition"]["StringEquals"]
    (file_system,) = Template.from_stack(built.storage).find_resources("AWS::EFS::FileSystem").values()
    assert len(file_system["Properties"]["FileSystemPolicy"]["Statement"]) == 2


@pytest.mark.row("C3", "C6")
def test_files_are_restored_for_a_test_with_the_key() -> None:
    built, _ = synthesized("production")
    assert built.storage.resolve(built.files.restore_metadata) == {"kmsKeyId": key_arn("production")}


# --- the database cluster


@pytest.mark.row("F5")
def test_cluster_runs_the_engine_version_of_the_settings() -> None:
    cluster = properties("production", "AWS::RDS::DBCluster")
    assert cluster["Engine"] == "aurora-postgresql"
    assert cluster["EngineVersion"] == DatabaseSettings().engine_version


@pytest.mark.row("F5", "C3")
@pytest.mark.parametrize("name", ["production", "restored"])
def test_cluster_is_encrypted_with_the_key(name: str) -> None:
    cluster = properties(name, "AWS::RDS::DBCluster")
    assert (cluster["StorageEncrypted"], cluster["KmsKeyId"]) == (True, key_arn(name))


@pytest.mark.row("C4")
@pytest.mark.parametrize("name", ["production", "restored"])
def test_rds_keeps_the_master_password_encrypted_with_the_key(name: str) -> None:
    cluster = properties(name, "AWS::RDS::DBCluster")
    assert cluster["ManageMasterUserPassword"] is True
    assert cluster["MasterUserSecret"] == {"KmsKeyId": key_arn(name)}
    assert "MasterUserPassword" not in cluster


@pytest.mark.row("C6", "F2")
def test_database_is_restored_for_a_test_into_its_own_subnets_and_group() -> None:
    built, _ = synthesized("production")
    (subnets,) = resources("production", "AWS::RDS::DBSubnetGroup")
    assert built.storage.resolve(built.database.restore_metadata) == {
        "dbSubnetGroupName": {"Ref": subnets},
        "vpcSecurityGroupIds": json.dumps([GROUP]),
    }


@pytest.mark.row("F5")
def test_cluster_takes_iam_sign_in_and_data_api_calls() -> None:
    cluster = properties("production", "AWS::RDS::DBCluster")
    assert (cluster["EnableIAMDatabaseAuthentication"], cluster["EnableHttpEndpoint"]) == (True, True)


@pytest.mark.row("C3")
def test_cluster_refuses_connections_without_tls() -> None:
    group = properties("production", "AWS::RDS::DBClusterParameterGroup")
    assert group["Parameters"]["rds.force_ssl"] == "1"
    (logical_id,) = resources("production", "AWS::RDS::DBClusterParameterGroup")
    cluster = properties("production", "AWS::RDS::DBCluster")
    assert cluster["DBClusterParameterGroupName"] == {"Ref": logical_id}


@pytest.mark.row("C4")
def test_cluster_logs_no_statement_that_failed_with_a_password_in_it() -> None:
    group = properties("production", "AWS::RDS::DBClusterParameterGroup")
    assert group["Parameters"]["log_min_error_statement"] == "panic"


@pytest.mark.row("C3")
def test_instances_present_a_certificate_of_the_pinned_authority() -> None:
    instances = resources("production", "AWS::RDS::DBInstance").values()
    assert {each["Properties"]["CACertificateIdentifier"] for each in instances} == {"rds-ca-rsa2048-g1"}


@pytest.mark.row("F5")
def test_instances_are_not_reachable_from_the_internet() -> None:
    instances = resources("production", "AWS::RDS::DBInstance").values()
    assert {each["Properties"]["PubliclyAccessible"] for each in instances} == {False}


@pytest.mark.row("F5")
def test_instances_keep_the_pinned_engine_version() -> None:
    instances = resources("production", "AWS::RDS::DBInstance").values()
    assert {each["Properties"]["AutoMinorVersionUpgrade"] for each in instances} == {False}


@pytest.mark.row("F2")
def test_cluster_has_the_given_security_group_alone() -> None:
    assert properties("production", "AWS::RDS::DBCluster")["VpcSecurityGroupIds"] == [GROUP]


@pytest.mark.row("F5")
def test_cluster_is_in_the_private_subnets() -> None:
    assert properties("production", "AWS::RDS::DBSubnetGroup")["SubnetIds"] == SUBNETS


@pytest.mark.row("F5")
@pytest.mark.parametrize(("name", "tiers"), [("production", [0, 1]), ("development", [0])])
def test_reader_comes_by_setting_and_takes_over_at_full_size(name: str, tiers: list[int]) -> None:
    instances = resources(name, "AWS::RDS::DBInstance").values()
    assert sorted(each["Properties"]["PromotionTier"] for each in instances) == tiers


def capacity(name: str) -> dict[str, Any]:
    cluster = properties(name, "AWS::RDS::DBCluster")
    return cluster["ServerlessV2ScalingConfiguration"]  # type: ignore[no-any-return]


@pytest.mark.row("C11", "F5")
def test_cluster_with_a_minimum_over_zero_has_no_pause() -> None:
    assert capacity("production") == {"MinCapacity": 1, "MaxCapacity": 8}


@pytest.mark.row("C11", "F5")
@pytest.mark.parametrize(("name", "seconds"), [("development", 300), ("pauses late", 900)])
def test_cluster_with_a_minimum_of_zero_pauses(name: str, seconds: int) -> None:
    assert capacity(name)["MinCapacity"] == 0
    assert capacity(name)["SecondsUntilAutoPause"] == seconds


@pytest.mark.row("C6")
def test_cluster_keeps_the_days_of_point_in_time_restore_of_the_settings() -> None:
    cluster = properties("production", "AWS::RDS::DBCluster")
    assert cluster["BackupRetentionPeriod"] == DatabaseSettings().backup_retention_days


@pytest.mark.row("C8")
@pytest.mark.parametrize(("name", "protected"), [("production", True), ("development", False)])
def test_cluster_is_protected_from_deletion_by_setting(name: str, protected: bool) -> None:
    assert properties(name, "AWS::RDS::DBCluster")["DeletionProtection"] is protected


@pytest.mark.row("C10")
def test_snapshots_carry_the_clusters_tags() -> None:
    assert properties("production", "AWS::RDS::DBCluster")["CopyTagsToSnapshot"] is True


@pytest.mark.row("F7")
def test_cluster_has_database_insights_in_its_free_mode() -> None:
    cluster = properties("production", "AWS::RDS::DBCluster")
    assert cluster["DatabaseInsightsMode"] == "standard"
    assert cluster["PerformanceInsightsRetentionPeriod"] == 7


@pytest.mark.row("C3", "C5")
def test_cluster_log_has_key_and_retention_before_the_first_instance_writes_to_it() -> None:
    log_groups = resources("production", "AWS::Logs::LogGroup").items()
    ((logical_id, group),) = [each for each in log_groups if "LogGroupName" in each[1]["Properties"]]
    (cluster,) = resources("production", "AWS::RDS::DBCluster")
    assert group["Properties"]["LogGroupName"] == {
        "Fn::Join": ["", ["/aws/rds/cluster/", {"Ref": cluster}, "/postgresql"]]
    }
    assert (group["Properties"]["KmsKeyId"], group["Properties"]["RetentionInDays"]) == (
        key_arn("production"),
        90,
    )
    assert properties("production", "AWS::RDS::DBCluster")["EnableCloudwatchLogsExports"] == ["postgresql"]
    assert all(
        logical_id in each["DependsOn"] for each in resources("production", "AWS::RDS::DBInstance").values()
    )


@pytest.mark.row("C7", "F8")
def test_cluster_starts_from_the_given_snapshot_with_the_snapshots_master_user() -> None:
    cluster = properties("restored", "AWS::RDS::DBCluster")
    assert cluster["SnapshotIdentifier"] == SNAPSHOT
    assert "MasterUsername" not in cluster


@pytest.mark.row("C7")
def test_snapshot_changes_nothing_else_about_the_cluster() -> None:
    restored, new = (
        properties("restored", "AWS::RDS::DBCluster"),
        properties("no cache", "AWS::RDS::DBCluster"),
    )
    assert {name for name in {*restored, *new} if restored.get(name) != new.get(name)} == {
        "SnapshotIdentifier",
        "MasterUsername",
    }


# --- the application's database


@pytest.mark.row("F5", "C4")
def test_application_secret_has_the_connection_and_a_generated_password() -> None:
    generated = secret("production", "Role of the application")["Properties"]["GenerateSecretString"]
    (cluster,) = resources("production", "AWS::RDS::DBCluster")
    before, host, after = generated["SecretStringTemplate"]["Fn::Join"][1]
    assert host == {"Fn::GetAtt": [cluster, "Endpoint.Address"]}
    assert json.loads(f"{before}HOST{after}") == {
        "username": "openwebui_a",
        "host": "HOST",
        "port": "5432",
        "dbname": "openwebui",
    }
    assert generated["GenerateStringKey"] == "password"


@pytest.mark.row("C4")
def test_application_password_is_safe_in_a_url() -> None:
    generated = secret("production", "Role of the application")["Properties"]["GenerateSecretString"]
    assert (generated["ExcludePunctuation"], generated["PasswordLength"]) == (True, 48)
    assert "IncludeSpace" not in generated


@pytest.mark.row("C3", "C4")
def test_every_secret_is_encrypted_with_the_key() -> None:
    secrets = resources("production", "AWS::SecretsManager::Secret").values()
    assert [each["Properties"]["KmsKeyId"] for each in secrets] == [key_arn("production")] * 3


@pytest.mark.row("F5")
def test_database_is_made_with_pgvector_once_the_writer_answers() -> None:
    custom = the("production", "Custom::Database")
    assert custom["Properties"]["DatabaseName"] == "openwebui"
    assert custom["Properties"]["Extensions"] == ["vector"]
    assert set(resources("production", "AWS::RDS::DBInstance")) <= set(custom["DependsOn"])


def policy_of(name: str, action: str) -> tuple[str, dict[str, Any]]:
    ((logical_id, policy),) = [
        each
        for each in resources(name, "AWS::IAM::Policy").items()
        if action in json.dumps(each[1]["Properties"]["PolicyDocument"])
    ]
    return logical_id, policy["Properties"]["PolicyDocument"]


def test_database_function_reaches_this_cluster_and_its_two_secrets_only() -> None:
    (cluster,) = resources("production", "AWS::RDS::DBCluster")
    execute, read = policy_of("production", "rds-data:")[1]["Statement"]
    assert execute["Action"] == "rds-data:ExecuteStatement"
    assert execute["Resource"]["Fn::Join"][1][-2:] == [":cluster:", {"Ref": cluster}]
    assert read["Action"] == "secretsmanager:GetSecretValue"
    custom = properties("production", "Custom::Database")
    assert read["Resource"] == [custom["MasterSecretArn"], custom["ApplicationSecretArn"]]


def test_database_function_has_its_permissions_before_it_is_called() -> None:
    logical_id, _ = policy_of("production", "rds-data:")
    assert logical_id in the("production", "Custom::Database")["DependsOn"]


@pytest.mark.row("C4")
def test_database_function_gets_the_rds_managed_secret() -> None:
    (cluster,) = resources("production", "AWS::RDS::DBCluster")
    master = properties("production", "Custom::Database")["MasterSecretArn"]
    assert master == {"Fn::GetAtt": [cluster, "MasterUserSecret.SecretArn"]}


def test_others_may_wait_for_the_database() -> None:
    built, _ = synthesized("production")
    assert isinstance(built.database.ready, CustomResource)
    made = built.database.ready.node.default_child
    assert isinstance(made, CfnResource)
    assert made.cfn_resource_type == "Custom::Database"


# --- the cache


@pytest.mark.row("F5", "C3")
def test_cache_is_valkey_encrypted_with_the_key() -> None:
    cached = properties("production", "AWS::ElastiCache::ServerlessCache")
    assert (cached["Engine"], cached["MajorEngineVersion"]) == ("valkey", CacheSettings().engine_version)
    assert cached["KmsKeyId"] == key_arn("production")


@pytest.mark.row("F2")
def test_cache_has_the_given_security_group_alone() -> None:
    assert properties("production", "AWS::ElastiCache::ServerlessCache")["SecurityGroupIds"] == [GROUP]


@pytest.mark.row("F5")
@pytest.mark.parametrize(("name", "number"), [("production", 2), ("four zones", 3)])
def test_cache_is_in_as_many_private_subnets_as_elasticache_takes(name: str, number: int) -> None:
    assert properties(name, "AWS::ElastiCache::ServerlessCache")["SubnetIds"] == MORE_SUBNETS[:number]


def cache_name(*, private: tuple[str, ...] = ("10.0.11.0/24", "10.0.12.0/24")) -> str:
    """The cache's name in a VPC of our own with these ranges."""
    stack = Stack(App(context=CONTEXT), "Test")
    vpc = TieredVpc(
        NestedStack(stack, "Network"),
        "Vpc",
        cidr="10.0.0.0/16",
        public=[f"10.0.{number}.0/24" for number in range(len(private))],
        private=private,
        availability_zones=None,
        nat_gateways=0,
    ).vpc
    storage = Storage(stack, "Storage", keep_data=False)
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", GROUP, mutable=False)
    storage.add_cache("Cache", vpc=vpc, security_group=group, settings=CacheSettings())
    (made,) = Template.from_stack(storage).find_resources("AWS::ElastiCache::ServerlessCache").values()
    return made["Properties"]["ServerlessCacheName"]  # type: ignore[no-any-return]


def test_cache_keeps_its_name_in_the_same_subnets() -> None:
    assert cache_name() == cache_name()


@pytest.mark.parametrize(
    "private",
    [("10.0.11.0/24", "10.0.13.0/24"), ("10.0.11.0/24", "10.0.12.0/24", "10.0.13.0/24")],
    ids=["another range", "another zone"],
)
def test_cache_that_moves_to_other_subnets_gets_another_name(private: tuple[str, ...]) -> None:
    assert cache_name(private=private) != cache_name()


def test_cache_in_an_existing_vpc_is_named_after_the_subnets_it_is_in() -> None:
    named = {
        name: properties(name, "AWS::ElastiCache::ServerlessCache") for name in VARIANTS if name != "no cache"
    }
    assert len({each["ServerlessCacheName"] for each in named.values()}) == 2  # four zones are two caches
    assert named["four zones"]["ServerlessCacheName"] != named["production"]["ServerlessCacheName"]


@pytest.mark.row("C11")
def test_cache_has_a_ceiling_for_its_cost() -> None:
    assert properties("production", "AWS::ElastiCache::ServerlessCache")["CacheUsageLimits"] == {
        "DataStorage": {"Maximum": 1, "Unit": "GB"},
        "ECPUPerSecond": {"Maximum": 5000},
    }


@pytest.mark.row("C8")
@pytest.mark.parametrize(("name", "days"), [("production", 1), ("development", 0)])
def test_cache_has_a_daily_snapshot_where_data_is_kept(name: str, days: int) -> None:
    assert properties(name, "AWS::ElastiCache::ServerlessCache")["SnapshotRetentionLimit"] == days


def user(user_name: str) -> dict[str, Any]:
    users = resources("production", "AWS::ElastiCache::User").values()
    (found,) = [each["Properties"] for each in users if each["Properties"]["UserName"] == user_name]
    return found  # type: ignore[no-any-return]


@pytest.mark.row("C4")
def test_cache_user_has_the_generated_password_by_reference() -> None:
    assert user("application")["AuthenticationMode"]["Type"] == "password"
    (reference,) = user("application")["AuthenticationMode"]["Passwords"]
    assert reference["Fn::Join"][1][0] == "{{resolve:secretsmanager:"
    assert reference["Fn::Join"][1][2] == ":SecretString:password::}}"


def test_cache_user_may_not_administer() -> None:
    assert user("application")["AccessString"] == "on ~* &* +@all -@admin"


def test_cache_lets_nobody_in_without_a_name() -> None:
    assert user("default")["AccessString"] == "off ~* -@all"


def test_cache_admits_its_two_users_only() -> None:
    (group,) = resources("production", "AWS::ElastiCache::UserGroup")
    users = properties("production", "AWS::ElastiCache::UserGroup")["UserIds"]
    assert users == [{"Ref": each} for each in resources("production", "AWS::ElastiCache::User")]
    assert properties("production", "AWS::ElastiCache::ServerlessCache")["UserGroupId"] == {"Ref": group}


@pytest.mark.row("C4", "F5")
def test_cache_secret_has_the_finished_tls_address() -> None:
    (cached,) = resources("production", "AWS::ElastiCache::ServerlessCache")
    text = secret("production", "Address of the cache")["Properties"]["SecretString"]["Fn::Join"][1]
    password = {
        "Ref": next(i for i in resources("production", "AWS::SecretsManager::Secret") if "Password" in i)
    }
    assert text == [
        '{"url":"rediss://application:{{resolve:secretsmanager:',
        password,
        ":SecretString:password::}}@",
        {"Fn::GetAtt": [cached, "Endpoint.Address"]},
        ":",
        {"Fn::GetAtt": [cached, "Endpoint.Port"]},
        '/0"}',
    ]


@pytest.mark.parametrize("deployment", ["abc", "a-28-character-deployment-nm"])
def test_names_that_elasticache_demands_begin_with_the_deployments_fit_and_differ(deployment: str) -> None:
    built = build(Stack(App(context=CONTEXT), deployment), Variant())
    found = Template.from_stack(built.storage).to_json()["Resources"].values()
    wanted = ("ServerlessCacheName", "UserGroupId", "UserId")
    names = [
        each["Properties"][name]
        for each in found
        for name in wanted
        if each["Type"].startswith("AWS::ElastiCache") and isinstance(each["Properties"].get(name), str)
    ]
    assert len(names) == len(set(names)) == 4
    assert [n for n in names if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", n) or len(n) > 40] == []
    assert {name[:3] for name in names} == {deployment.replace("-", "")[:3]}


def test_no_cache_is_made_unless_it_is_asked_for() -> None:
    types = {each["Type"] for each in synthesized("no cache")[1]["Resources"].values()}
    assert not [each for each in types if each.startswith("AWS::ElastiCache")]


# --- uploads


@pytest.mark.row("C3", "F5")
def test_uploads_are_encrypted_with_the_key() -> None:
    (rule,) = properties("provisioned", "AWS::S3::Bucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key_arn("provisioned"),
    }
    assert rule["BucketKeyEnabled"] is True


@pytest.mark.row("C3")
@pytest.mark.parametrize(
    "condition", [{"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": 1.2}}]
)
def test_uploads_refuse_requests_without_current_tls(condition: dict[str, Any]) -> None:
    statements = properties("provisioned", "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    (found,) = [each for each in statements if each["Condition"] == condition]
    assert (found["Effect"], found["Principal"], found["Action"]) == ("Deny", {"AWS": "*"}, "s3:*")


@pytest.mark.row("F5")
def test_uploads_are_closed_to_the_public() -> None:
    block = properties("provisioned", "AWS::S3::Bucket")["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert len(block) == 4


def test_uploads_know_no_acl() -> None:
    (rule,) = properties("provisioned", "AWS::S3::Bucket")["OwnershipControls"]["Rules"]
    assert rule == {"ObjectOwnership": "BucketOwnerEnforced"}


@pytest.mark.row("F5")
def test_uploads_are_versioned() -> None:
    assert properties("provisioned", "AWS::S3::Bucket")["VersioningConfiguration"] == {"Status": "Enabled"}


def lifecycle(rule_id: str) -> dict[str, Any]:
    rules = properties("provisioned", "AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    (found,) = [each for each in rules if each["Id"] == rule_id]
    return found  # type: ignore[no-any-return]


@pytest.mark.row("C11")
def test_uploads_move_to_infrequent_access() -> None:
    assert lifecycle("infrequent-access")["Transitions"] == [
        {"StorageClass": "STANDARD_IA", "TransitionInDays": 90}
    ]


@pytest.mark.row("C11")
def test_old_versions_of_uploads_go_after_their_days() -> None:
    rule = lifecycle("old-versions")
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rule["ExpiredObjectDeleteMarker"] is True


@pytest.mark.row("C11")
def test_unfinished_uploads_go_after_a_week() -> None:
    rule = lifecycle("broken-uploads")
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


@pytest.mark.row("C8")
def test_bucket_that_goes_with_the_stack_is_emptied_first() -> None:
    ((logical_id, bucket),) = resources("development", "AWS::S3::Bucket").items()
    assert bucket["DeletionPolicy"] == "Delete"
    assert {"Key": "pergola:empty-on-delete", "Value": "true"} in bucket["Properties"]["Tags"]
    assert properties("development", "Custom::EmptyBucket")["BucketName"] == {"Ref": logical_id}


@pytest.mark.row("C8")
def test_bucket_that_stays_is_never_emptied() -> None:
    assert not resources("provisioned", "Custom::EmptyBucket")
    assert "Tags" not in properties("provisioned", "AWS::S3::Bucket")


def test_emptying_function_reaches_this_bucket_only() -> None:
    (bucket,) = resources("development", "AWS::S3::Bucket")
    arn = {"Fn::GetAtt": [bucket, "Arn"]}
    allowed = [each["Resource"] for each in policy_of("development", '"s3:')[1]["Statement"]]
    assert allowed == [arn, {"Fn::Join": ["", [arn, "/*"]]}]


def test_emptying_function_has_its_permissions_until_the_bucket_is_empty() -> None:
    logical_id, _ = policy_of("development", '"s3:')
    assert logical_id in the("development", "Custom::EmptyBucket")["DependsOn"]


# --- what stays


KEPT, GONE = "RetainExceptOnCreate, Retain", "Delete, Delete"
STATEFUL = ("AWS::KMS::Key", "AWS::EFS::FileSystem", "AWS::SecretsManager::Secret", "AWS::S3::Bucket")


def policies(name: str, *resource_types: str) -> set[str]:
    found = [each for kind in resource_types for each in resources(name, kind).values()]
    return {f"{each['DeletionPolicy']}, {each['UpdateReplacePolicy']}" for each in found}


@pytest.mark.row("C8")
def test_what_holds_data_outlives_a_production_stack() -> None:
    assert policies("provisioned", "AWS::KMS::Key", "AWS::EFS::FileSystem") == {KEPT}
    assert policies("provisioned", "AWS::S3::Bucket") == {"Retain, Retain"}


@pytest.mark.row("C8")
def test_application_secret_outlives_a_production_stack() -> None:
    assert secret("production", "Role of the application")["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.row("C8")
def test_cluster_of_a_production_stack_leaves_a_snapshot() -> None:
    assert policies("production", "AWS::RDS::DBCluster") == {"Snapshot, Snapshot"}


@pytest.mark.row("C8")
def test_nothing_outlives_a_development_stack() -> None:
    assert policies("development", *STATEFUL, "AWS::RDS::DBCluster", "AWS::Logs::LogGroup") == {GONE}


def test_logical_ids_of_what_holds_data_are_the_same_in_every_variant() -> None:
    kinds = ("AWS::KMS::Key", "AWS::RDS::DBCluster", "AWS::EFS::FileSystem")
    secrets = {
        name: [i for i, each in resources(name, "AWS::SecretsManager::Secret").items() if "Cache" not in i]
        for name in VARIANTS
    }
    assert len({tuple(found) for found in secrets.values()}) == 1
    for kind in kinds:
        ids = {tuple(resources(name, kind)) for name in VARIANTS if resources(name, kind)}
        assert len(ids) == 1, kind


def test_logical_ids_of_the_writer_and_the_cache_are_the_same_in_every_variant() -> None:
    writers = {next(iter(resources(name, "AWS::RDS::DBInstance"))) for name in VARIANTS}
    caches = {tuple(resources(name, "AWS::ElastiCache::ServerlessCache")) for name in VARIANTS} - {()}
    assert (len(writers), len(caches)) == (1, 1)


@pytest.mark.parametrize("name", ["production", "development", "provisioned", "restored"])
def test_cdk_nag_finds_nothing(name: str, tmp_path: Path) -> None:
    app = App(context=CONTEXT, outdir=str(tmp_path))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    build(Stack(app, "Test"), VARIANTS[name])
    app.synth()
