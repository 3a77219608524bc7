"""Names that may be taken, and what somebody else made."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from commands.account.deployed import Resource
from commands.preflight.checks import given_secrets, given_stores, names, secret_versions
from tests.commands.preflight.stubbed import ACCOUNT, Stubbed, check, lines, needs

DOMAIN = {
    "Domain": {
        "Type": "AWS::Cognito::UserPoolDomain",
        "Properties": {"Domain": {"Fn::Join": ["", ["chat-", {"Ref": "AWS::AccountId"}]]}},
    }
}
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:chat/model-keys-AbCdEf"


def domain(answer: dict[str, Any], *, own: bool = False) -> list[str]:
    stubbed = Stubbed()
    if not own:
        stubbed.answers("cognito-idp", "describe_user_pool_domain", answer, Domain=f"chat-{ACCOUNT}")
    made = {"Domain": Resource(kind="AWS::Cognito::UserPoolDomain", physical_id="chat")} if own else {}
    return lines(stubbed.look(check(names.CHECKS, "name of the sign-in domain"), needs(DOMAIN, made=made)))


def test_domain_prefix_is_free() -> None:
    assert domain({"DomainDescription": {}}) == ["ok: is free"]


def test_domain_prefix_of_another_account() -> None:
    there = {"UserPoolId": "eu-west-1_x", "AWSAccountId": "999999999999", "Domain": "chat"}
    assert domain({"DomainDescription": there}) == [
        "failed: of user pool eu-west-1_x of account 999999999999"
    ]


def test_name_that_this_very_stack_took_is_no_clash() -> None:
    assert domain({}, own=True) == ["ok: is this deployment's own"]


def named(kind: str, property_: str, name: str) -> Any:
    return needs({"One": {"Type": kind, "Properties": {property_: name}}})


def test_secret_that_waits_for_its_deletion() -> None:
    stubbed = Stubbed()
    stubbed.answers("secretsmanager", "describe_secret", {"DeletedDate": datetime(2026, 12, 1, tzinfo=UTC)})
    wanted = named("AWS::SecretsManager::Secret", "Name", "chat/model-keys")
    [found] = stubbed.look(check(names.CHECKS, "name of the secret"), wanted)
    assert found.found == "waits for its deletion (2026-12-01), and the name is taken until then"
    assert "--force-delete-without-recovery" in found.remedy


def test_vault_that_a_deleted_deployment_left() -> None:
    wanted = named("AWS::Backup::BackupVault", "BackupVaultName", "chat")
    for there, said in ((["other"], "ok: is free"), (["other", "chat"], "failed: exists")):
        stubbed = Stubbed()
        answer = {"BackupVaultList": [{"BackupVaultName": each} for each in there]}
        stubbed.answers("backup", "list_backup_vaults", answer)
        assert lines(stubbed.look(check(names.CHECKS, "name of the backup vault"), wanted)) == [said]


def test_log_group_of_the_firewall() -> None:
    stubbed = Stubbed()
    answer = {"logGroups": [{"logGroupName": "aws-waf-logs-chat-two"}, {"logGroupName": "aws-waf-logs-chat"}]}
    stubbed.answers("logs", "describe_log_groups", answer, logGroupNamePrefix="aws-waf-logs-chat")
    wanted = named("AWS::Logs::LogGroup", "LogGroupName", "aws-waf-logs-chat")
    assert lines(stubbed.look(check(names.CHECKS, "name of the log group"), wanted)) == ["failed: exists"]


def test_log_group_that_the_cluster_of_a_deleted_deployment_left() -> None:
    stubbed = Stubbed()
    stubbed.answers(
        "logs", "describe_log_groups", {"logGroups": [{"logGroupName": "/aws/eks/media/cluster"}]}
    )
    wanted = named("AWS::Logs::LogGroup", "LogGroupName", "/aws/eks/media/cluster")
    [found] = stubbed.look(check(names.CHECKS, "name of the log group"), wanted)
    assert (found.name, found.found) == ("log group /aws/eks/media/cluster", "exists")
    assert "aws logs delete-log-group frees the name" in found.remedy


def test_topic_of_alarms_by_the_end_of_its_arn() -> None:
    wanted = named("AWS::SNS::Topic", "TopicName", "chat-alarms")
    for there, said in (("my-chat-alarms", "ok: is free"), ("chat-alarms", "failed: exists")):
        stubbed = Stubbed()
        answer = {"Topics": [{"TopicArn": f"arn:aws:sns:eu-central-1:111122223333:{there}"}]}
        stubbed.answers("sns", "list_topics", answer)
        assert lines(stubbed.look(check(names.CHECKS, "name of the SNS topic"), wanted)) == [said]


def test_bucket_of_somebody_else() -> None:
    stubbed = Stubbed()
    stubbed.refuses("s3", "head_bucket", "403")
    wanted = named("AWS::S3::Bucket", "BucketName", "chat")
    found = stubbed.look(check(names.CHECKS, "name of the bucket"), wanted)
    assert lines(found) == ["failed: exists, and belongs to somebody else"]


def policy(action: str) -> dict[str, str]:
    statement = {"Effect": "Allow", "Action": action, "Principal": {"AWS": "*"}, "Resource": "*"}
    return {"Policy": json.dumps({"Statement": [statement]})}


@pytest.mark.parametrize(
    ("state", "action", "said"),
    [
        ("Enabled", "kms:*", "ok: is enabled in eu-central-1, and its policy lets it be used"),
        ("Enabled", "kms:Decrypt", "failed: its policy lets nobody encrypt with it"),
        ("PendingDeletion", "", "failed: is PendingDeletion"),
    ],
)
def test_key_of_a_standby(state: str, action: str, said: str) -> None:
    stubbed = Stubbed()
    metadata = {"KeyMetadata": {"KeyId": KEY, "KeyState": state, "KeyUsage": "ENCRYPT_DECRYPT"}}
    stubbed.answers("kms", "describe_key", metadata, region="eu-central-1", KeyId=KEY)
    if action:
        stubbed.answers("kms", "get_key_policy", policy(action), region="eu-central-1")
    replicas = [{"KmsKeyId": KEY, "Region": "eu-central-1"}]
    wanted = needs({"S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"ReplicaRegions": replicas}}})
    assert lines(stubbed.look(check(given_secrets.CHECKS, "given keys"), wanted)) == [said]


def secret(stubbed: Stubbed, *, read_secrets: bool = False) -> list[str]:
    reads = [{"ValueFrom": f"{SECRET}:openai_api_keys::"}, {"ValueFrom": f"{SECRET}:embedding_api_key::"}]
    task = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Secrets": reads}}
    wanted = needs({"T": task}, read_secrets=read_secrets)
    return lines(stubbed.look(check(given_secrets.CHECKS, "given secrets"), wanted))


def test_given_secret_is_not_read_unless_asked_for() -> None:
    stubbed = Stubbed()
    stubbed.answers("secretsmanager", "describe_secret", {"VersionIdsToStages": {"v" * 32: ["AWSCURRENT"]}})
    [line] = secret(stubbed)
    assert line.startswith(
        "ok: has a value; whether it has the keys embedding_api_key, openai_api_keys was not"
    )


def test_given_secret_lacks_a_key_and_its_value_is_not_printed() -> None:
    stubbed = Stubbed()
    stubbed.answers("secretsmanager", "describe_secret", {"VersionIdsToStages": {"v" * 32: ["AWSCURRENT"]}})
    answer = {"SecretString": json.dumps({"openai_api_keys": "sk-hidden"})}
    stubbed.answers("secretsmanager", "get_secret_value", answer, SecretId=SECRET)
    assert secret(stubbed, read_secrets=True) == ["failed: lacks the keys embedding_api_key"]


def test_given_secret_without_a_value() -> None:
    stubbed = Stubbed()
    stubbed.answers("secretsmanager", "describe_secret", {"VersionIdsToStages": {}})
    assert secret(stubbed) == ["failed: has no value"]


def test_version_of_a_secret_that_the_deployment_makes_itself() -> None:
    version = "a1b2c3d4-5678-90ab-cdef-111111111111"
    joined = ["{{resolve:secretsmanager:", {"Ref": "Own"}, f":SecretString:Entra::{version}}}}}"]
    provider = {"ProviderDetails": {"client_secret": {"Fn::Join": ["", joined]}}}
    resources = {"P": {"Type": "AWS::Cognito::UserPoolIdentityProvider", "Properties": provider}}
    of_all = check(secret_versions.CHECKS, "versions of secrets")
    [first] = Stubbed().look(of_all, needs(resources))
    assert "this very deployment makes the secret" in first.found
    stubbed = Stubbed()
    stubbed.answers("secretsmanager", "list_secret_version_ids", {"Versions": [{"VersionId": version}]})
    made = {"Own": Resource(kind="AWS::SecretsManager::Secret", physical_id=SECRET)}
    assert lines(stubbed.look(of_all, needs(resources, made=made))) == [f"ok: version {version} is there"]


def test_vault_for_copies() -> None:
    arn = f"arn:aws:backup:eu-central-1:{ACCOUNT}:backup-vault:standby"
    wanted = needs({"Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": {"To": arn}}})
    for there, said in (([], "failed"), ([{"BackupVaultName": "standby"}], "ok: is there")):
        stubbed = Stubbed()
        stubbed.answers("backup", "list_backup_vaults", {"BackupVaultList": there}, region="eu-central-1")
        [line] = lines(stubbed.look(check(given_stores.CHECKS, "given vaults"), wanted))
        assert line.startswith(said)


def test_snapshot_of_another_major() -> None:
    arn = f"arn:aws:rds:eu-west-1:{ACCOUNT}:cluster-snapshot:awsbackup-job-1"
    cluster = {"SnapshotIdentifier": arn, "EngineVersion": "16.15"}
    wanted = needs({"Cluster": {"Type": "AWS::RDS::DBCluster", "Properties": cluster}})
    stubbed = Stubbed()
    answer = {"DBClusterSnapshots": [{"Status": "available", "EngineVersion": "15.8"}]}
    stubbed.answers("rds", "describe_db_cluster_snapshots", answer)
    found = stubbed.look(check(given_stores.CHECKS, "given snapshot"), wanted)
    assert lines(found) == ["failed: is of 15.8, and the database is to be 16.15"]


def test_file_system_with_mount_targets_of_others() -> None:
    wanted = needs({"Point": {"Type": "AWS::EFS::AccessPoint", "Properties": {"FileSystemId": "fs-0a"}}})
    stubbed = Stubbed()
    system = {
        "OwnerId": ACCOUNT,
        "CreationToken": "t",
        "FileSystemId": "fs-0a",
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
        "LifeCycleState": "available",
        "NumberOfMountTargets": 1,
        "SizeInBytes": {"Value": 1},
        "PerformanceMode": "generalPurpose",
        "Tags": [],
    }
    target = {
        "MountTargetId": "fsmt-00000001",
        "FileSystemId": "fs-0a",
        "SubnetId": "subnet-00000001",
        "LifeCycleState": "available",
    }
    stubbed.answers("efs", "describe_file_systems", {"FileSystems": [system]})
    stubbed.answers("efs", "describe_mount_targets", {"MountTargets": [target]})
    [line] = lines(stubbed.look(check(given_stores.CHECKS, "given file system"), wanted))
    assert line == "failed: has mount targets that are not this deployment's: fsmt-00000001"


def test_image_that_was_not_mirrored() -> None:
    image = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/mirror/chat:v1"
    wanted = needs({"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Image": image}}})
    stubbed = Stubbed()
    stubbed.refuses("ecr", "describe_images", "ImageNotFoundException", region="eu-west-1")
    [found] = stubbed.look(check(given_stores.CHECKS, "mirrored images"), wanted)
    assert (found.name, found.outcome) == ("image mirror/chat:v1", "failed")
