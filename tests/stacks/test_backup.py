"""Facts of the backup stack, one by one."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from settings.backup import BackupSettings, VaultLock
from stacks.backup import Backup

STANDBY = "arn:aws:backup:eu-central-1:111122223333:backup-vault:open-webui-standby"
KEY = "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012"
VARIANTS: dict[str, BackupSettings] = {
    "dev": BackupSettings(),
    "prod": BackupSettings(copy_vault_arn=STANDBY, restore_testing=True, hour_utc=23),
    "governance": BackupSettings(lock=VaultLock(min_retention_days=7)),
    "compliance": BackupSettings(lock=VaultLock(min_retention_days=14, changeable_for_days=5)),
    "standby": BackupSettings(copy_vault_arn=None, restore_testing=True),
    "dev standby": BackupSettings(),
    "dev locked": BackupSettings(lock=VaultLock(min_retention_days=7)),
}
RESTORE_METADATA = {"Aurora": {"dbSubnetGroupName": "private"}, "EFS": {"kmsKeyId": KEY}}
Resource = Mapping[str, Any]


@cache
def template(variant: str, *, buckets: bool = False) -> Template:
    app = App()
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = Stack(app, "Test")
    stack_of_backup = Backup(
        stack,
        "Backup",
        key=kms.Key.from_key_arn(stack, "Key", KEY),
        settings=VARIANTS[variant],
        vault_name="chat-prod",
        keep_data=not variant.startswith("dev"),
    )
    if not variant.endswith("standby"):
        group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-0123456789abcdef0")
        files = efs.FileSystem.from_file_system_attributes(
            stack, "Files", file_system_id="fs-12345678", security_group=group
        )
        database = rds.DatabaseCluster.from_database_cluster_attributes(
            stack, "Database", cluster_identifier="chat"
        )
        uploads = [s3.Bucket.from_bucket_name(stack, "Uploads", "uploads")] if buckets else []
        stack_of_backup.add_plan(
            file_systems=[files], databases=[database], buckets=uploads, restore_metadata=RESTORE_METADATA
        )
    return Template.from_stack(stack_of_backup)


def only(variant: str, kind: str, *, buckets: bool = False) -> Resource:
    [resource] = template(variant, buckets=buckets).find_resources(kind).values()
    found: Resource = resource
    return found


def vault(variant: str) -> Resource:
    properties: Resource = only(variant, "AWS::Backup::BackupVault")["Properties"]
    return properties


def rule(variant: str) -> Resource:
    [found] = only(variant, "AWS::Backup::BackupPlan")["Properties"]["BackupPlan"]["BackupPlanRule"]
    daily: Resource = found
    return daily


def selected(variant: str, *, buckets: bool = False) -> list[str]:
    selection = only(variant, "AWS::Backup::BackupSelection", buckets=buckets)
    return [json.dumps(arn) for arn in selection["Properties"]["BackupSelection"]["Resources"]]


def policies(variant: str, role: str, *, buckets: bool = False) -> set[str]:
    roles = template(variant, buckets=buckets).find_resources("AWS::IAM::Role")
    [found] = [resource for name, resource in roles.items() if name.startswith(role)]
    arns = [json.dumps(arn) for arn in found["Properties"]["ManagedPolicyArns"]]
    return {re.sub(r".*policy/([A-Za-z0-9/-]+).*", r"\1", arn) for arn in arns}


def denials(variant: str) -> list[Resource]:
    return [s for s in vault(variant)["AccessPolicy"]["Statement"] if s["Effect"] == "Deny"]


# --- vault


@pytest.mark.row("C3", "C6")
def test_the_vault_is_encrypted_with_the_key_that_is_given() -> None:
    assert vault("prod")["EncryptionKeyArn"] == KEY


@pytest.mark.row("C6")
def test_the_vault_has_the_name_that_copies_address() -> None:
    assert vault("prod")["BackupVaultName"] == "chat-prod"


@pytest.mark.row("C6")
def test_nobody_deletes_recovery_points_of_data_that_is_kept() -> None:
    [denied] = denials("prod")
    assert denied["Principal"] == {"AWS": "*"}
    assert denied["Action"] == ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]


@pytest.mark.row("C6")
def test_aws_backup_itself_deletes_when_retention_is_over() -> None:
    [denied] = denials("prod")
    assert "role/aws-service-role/backup.amazonaws.com/*" in json.dumps(denied["Condition"]["ArnNotLike"])


@pytest.mark.row("C6")
def test_the_role_of_the_plan_deletes_when_retention_is_over() -> None:
    [denied] = denials("prod")
    [role] = [name for name in template("prod").find_resources("AWS::IAM::Role") if name.startswith("Backup")]
    assert {"Fn::GetAtt": [role, "Arn"]} in denied["Condition"]["ArnNotLike"]["aws:PrincipalArn"]


def test_recovery_points_of_data_that_goes_can_be_deleted() -> None:
    assert denials("dev") == []


@pytest.mark.row("C6", "C7")
@pytest.mark.parametrize("variant", VARIANTS)
def test_copies_may_come_in_from_this_account_and_no_other(variant: str) -> None:
    [allowed] = [s for s in vault(variant)["AccessPolicy"]["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Action"] == "backup:CopyIntoBackupVault"
    assert json.dumps(allowed["Principal"]).count("AWS::AccountId") == 1
    assert '":root"' in json.dumps(allowed["Principal"])


@pytest.mark.row("C6")
def test_the_vault_is_not_locked_unless_the_settings_say_so() -> None:
    assert "LockConfiguration" not in vault("prod")


@pytest.mark.row("C6")
def test_a_lock_without_grace_time_can_be_taken_off_again() -> None:
    assert vault("governance")["LockConfiguration"] == {"MinRetentionDays": 7}


@pytest.mark.row("C6")
def test_a_lock_with_grace_time_becomes_final() -> None:
    assert vault("compliance")["LockConfiguration"] == {"MinRetentionDays": 14, "ChangeableForDays": 5}


@pytest.mark.row("C8")
@pytest.mark.parametrize(("variant", "policy"), [("dev", "Delete"), ("prod", "RetainExceptOnCreate")])
def test_the_vault_outlives_the_stack_where_data_is_kept(variant: str, policy: str) -> None:
    assert only(variant, "AWS::Backup::BackupVault")["DeletionPolicy"] == policy


# --- teardown


def emptied() -> tuple[str, Resource]:
    """The custom resource with its logical id."""
    [found] = template("dev").find_resources("Custom::EmptyVault").items()
    return found


def statement_of_handler(action: str) -> Resource:
    policies_of_dev = template("dev").find_resources("AWS::IAM::Policy").values()
    statements = [s for p in policies_of_dev for s in p["Properties"]["PolicyDocument"]["Statement"]]
    [found] = [
        s for s in statements if action in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
    ]
    statement: Resource = found
    return statement


@pytest.mark.row("C8")
@pytest.mark.parametrize("variant", ["dev", "dev standby"])
def test_a_vault_that_goes_with_the_stack_is_emptied_first(variant: str) -> None:
    properties = only(variant, "Custom::EmptyVault")["Properties"]
    [vault_id] = template(variant).find_resources("AWS::Backup::BackupVault")
    assert properties["VaultName"] == {"Fn::GetAtt": [vault_id, "BackupVaultName"]}
    assert properties["VaultArn"] == {"Fn::GetAtt": [vault_id, "BackupVaultArn"]}


@pytest.mark.row("C6", "C8")
@pytest.mark.parametrize("variant", ["prod", "governance", "compliance", "standby", "dev locked"])
def test_a_vault_that_is_kept_or_locked_is_never_emptied(variant: str) -> None:
    template(variant).resource_count_is("Custom::EmptyVault", 0)
    assert "BackupVaultTags" not in vault(variant)


def test_only_a_vault_with_the_tag_is_emptied() -> None:
    assert vault("dev")["BackupVaultTags"] == {"pergola:empty-on-delete": "true"}


def test_no_backup_begins_once_the_vault_is_empty() -> None:
    assert emptied()[0] in only("dev", "AWS::Backup::BackupSelection")["DependsOn"]


def test_the_vault_is_emptied_while_the_role_that_made_the_backups_exists() -> None:
    roles = template("dev").find_resources("AWS::IAM::Role")
    [role] = [name for name in roles if name.startswith("BackupRole")]
    assert role in emptied()[1]["DependsOn"]


@pytest.mark.row("C4")
def test_the_handler_lists_this_vault_alone() -> None:
    assert statement_of_handler("backup:ListRecoveryPointsByBackupVault")["Resource"] == {
        "Fn::GetAtt": ["Vault23237E5B", "BackupVaultArn"]
    }


@pytest.mark.row("C4")
def test_the_handler_deletes_recovery_points_of_this_account_and_region_alone() -> None:
    arns = [
        "".join(map(str, arn["Fn::Join"][1]))
        for arn in statement_of_handler("backup:DeleteRecoveryPoint")["Resource"]
    ]
    here = "{'Ref': 'AWS::Region'}:{'Ref': 'AWS::AccountId'}"
    assert arns == [
        f"arn:{{'Ref': 'AWS::Partition'}}:backup:{here}:recovery-point:*",
        f"arn:{{'Ref': 'AWS::Partition'}}:rds:{here}:cluster-snapshot:awsbackup:*",
    ]


@pytest.mark.row("C4")
def test_the_handler_deletes_snapshots_through_aws_backup_alone() -> None:
    assert statement_of_handler("rds:DeleteDBClusterSnapshot")["Condition"] == {
        "ForAnyValue:StringEquals": {"aws:CalledVia": ["backup.amazonaws.com"]}
    }


# --- plan


@pytest.mark.row("C6", "F8")
def test_backups_start_every_day_at_the_hour_of_the_settings() -> None:
    assert rule("prod")["ScheduleExpression"] == "cron(0 23 * * ? *)"


@pytest.mark.row("C6", "F8")
def test_recovery_points_are_kept_35_days() -> None:
    assert rule("prod")["Lifecycle"] == {"DeleteAfterDays": 35}


@pytest.mark.row("C6", "F8")
def test_copies_go_to_the_vault_of_the_standby_and_are_kept_as_long() -> None:
    [copy] = rule("prod")["CopyActions"]
    assert copy == {"DestinationBackupVaultArn": STANDBY, "Lifecycle": {"DeleteAfterDays": 35}}


def test_without_a_vault_elsewhere_nothing_is_copied() -> None:
    assert not rule("dev").get("CopyActions")


def test_jobs_start_within_an_hour_and_may_take_twelve() -> None:
    windows = (rule("dev")["StartWindowMinutes"], rule("dev")["CompletionWindowMinutes"])
    assert windows == (60, 720)


def test_backups_are_not_continuous() -> None:
    assert not rule("prod").get("EnableContinuousBackup")


@pytest.mark.row("F8")
@pytest.mark.parametrize("what", ["file-system/fs-12345678", "cluster:chat"])
def test_file_system_and_database_are_backed_up(what: str) -> None:
    assert len([arn for arn in selected("prod") if what in arn]) == 1


def test_uploads_are_backed_up_where_they_have_a_bucket() -> None:
    assert len([arn for arn in selected("prod", buckets=True) if ":::uploads" in arn]) == 1


def test_nothing_but_listed_resources_is_backed_up() -> None:
    assert not [arn for arn in selected("prod", buckets=True) if "*" in arn]


@pytest.mark.row("C7")
@pytest.mark.parametrize(
    "kind", ["AWS::Backup::BackupPlan", "AWS::Backup::RestoreTestingPlan", "AWS::IAM::Role"]
)
def test_a_standby_has_a_vault_and_no_plan(kind: str) -> None:
    template("standby").resource_count_is(kind, 0)


# --- roles


@pytest.mark.parametrize(
    ("role", "buckets", "expected"),
    [
        ("BackupRole", False, {"service-role/AWSBackupServiceRolePolicyForBackup"}),
        ("RestoreRole", False, {"service-role/AWSBackupServiceRolePolicyForRestores"}),
        (
            "BackupRole",
            True,
            {"service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"},
        ),
        (
            "RestoreRole",
            True,
            {"service-role/AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore"},
        ),
    ],
)
def test_a_role_has_what_its_purpose_needs_and_s3_only_with_a_bucket(
    role: str, buckets: bool, expected: set[str]
) -> None:
    assert policies("prod", role, buckets=buckets) == expected


@pytest.mark.row("F8")
@pytest.mark.parametrize("variant", ["dev", "prod"])
def test_a_plan_comes_with_the_role_that_restores(variant: str) -> None:
    assert policies(variant, "RestoreRole") == {"service-role/AWSBackupServiceRolePolicyForRestores"}


@pytest.mark.parametrize("buckets", [False, True])
def test_roles_are_assumed_by_aws_backup_for_this_account_alone(buckets: bool) -> None:
    for role in template("prod", buckets=buckets).find_resources("AWS::IAM::Role").values():
        [statement] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "backup.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


# --- restore tests


@pytest.mark.row("C6")
def test_restores_are_tested_weekly_after_the_newest_backup_is_complete() -> None:
    plan = only("prod", "AWS::Backup::RestoreTestingPlan")["Properties"]
    assert plan["ScheduleExpression"] == "cron(0 11 ? * SUN *)"


@pytest.mark.row("C6")
def test_the_test_takes_the_newest_recovery_point_of_this_vault() -> None:
    selection = only("prod", "AWS::Backup::RestoreTestingPlan")["Properties"]["RecoveryPointSelection"]
    assert selection["Algorithm"] == "LATEST_WITHIN_WINDOW"
    assert selection["IncludeVaults"] == [{"Fn::GetAtt": ["Vault23237E5B", "BackupVaultArn"]}]


def test_the_name_of_the_test_is_one_that_aws_takes() -> None:
    name = only("prod", "AWS::Backup::RestoreTestingPlan")["Properties"]["RestoreTestingPlanName"]
    assert re.fullmatch(r"[A-Za-z0-9_]{1,50}", name)


@pytest.mark.row("C6")
@pytest.mark.parametrize(("buckets", "kinds"), [(False, {"EFS", "Aurora"}), (True, {"EFS", "Aurora", "S3"})])
def test_each_kind_of_data_is_tested(buckets: bool, kinds: set[str]) -> None:
    found = template("prod", buckets=buckets).find_resources("AWS::Backup::RestoreTestingSelection")
    assert {resource["Properties"]["ProtectedResourceType"] for resource in found.values()} == kinds


@pytest.mark.row("C6")
def test_restores_are_tested_only_by_setting() -> None:
    template("dev").resource_count_is("AWS::Backup::RestoreTestingPlan", 0)


@pytest.mark.row("C3", "C6")
def test_copies_stand_where_the_stores_say() -> None:
    found = template("prod", buckets=True).find_resources("AWS::Backup::RestoreTestingSelection").values()
    overrides = {
        each["Properties"]["ProtectedResourceType"]: each["Properties"].get("RestoreMetadataOverrides")
        for each in found
    }
    assert overrides == {**RESTORE_METADATA, "S3": None}
