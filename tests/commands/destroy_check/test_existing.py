"""What the account says: sizes, and what it does not let be read."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from commands.account.deployed import Deployed, Resource
from commands.account.reading import Account, NotRead
from commands.account.unanswered import NotThere, Unanswered
from commands.destroy_check import existing, past
from commands.destroy_check.check import from_account
from commands.destroy_check.model import Charge, Findings, Left, NotChecked, Unread
from commands.destroy_check.readers import READERS
from commands.destroy_check.templates import deployed_template
from tests.commands.account.scripted import Answer, scripted

GB = 1024**3
DAY = datetime(2026, 11, 21, tzinfo=UTC)
ROOT = "arn:aws:cloudformation:us-east-1:111122223333:stack/chat/1"
NESTED = "arn:aws:cloudformation:us-east-1:111122223333:stack/chat-StorageNestedStack/2"
NESTED_STACK = "AWS::CloudFormation::Stack"
KEY = "arn:aws:kms:us-east-1:111122223333:key/a"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:chat-a"
TEMPLATE = Findings(
    deployment="chat",
    region="us-east-1",
    source="",
    left=[Left(name="Key", kind="AWS::KMS::Key", why="")],
    protections=[],
)


def file_system(standard: int, infrequent: int) -> dict[str, Any]:
    return {
        "OwnerId": "1",
        "CreationToken": "a",
        "FileSystemId": "fs-1",
        "CreationTime": DAY,
        "LifeCycleState": "available",
        "NumberOfMountTargets": 0,
        "PerformanceMode": "generalPurpose",
        "Tags": [],
        "SizeInBytes": {"Value": standard + infrequent, "ValueInIA": infrequent},
    }


SIZES: list[tuple[str, str, dict[tuple[str, str], list[Answer]], dict[str, Any], str]] = [
    (
        "AWS::EFS::FileSystem",
        "fs-1",
        {("efs", "describe_file_systems"): [{"FileSystems": [file_system(2 * GB, 3 * GB)]}]},
        {"files": 2, "files_infrequent": 3},
        "5.00 GB",
    ),
    (
        "AWS::S3::Bucket",
        "logs",
        {
            ("s3", "head_bucket"): [{}],
            ("cloudwatch", "get_metric_statistics"): [
                {
                    "Datapoints": [
                        {"Timestamp": DAY, "Average": 4.0 * GB},
                        {"Timestamp": DAY.replace(day=20), "Average": 1.0},
                    ]
                }
            ],
        },
        {"bucket": 4},
        "4.00 GB",
    ),
    (
        "AWS::S3::Bucket",
        "logs",
        {("s3", "head_bucket"): [{}], ("cloudwatch", "get_metric_statistics"): [{"Datapoints": []}]},
        {"bucket": None},
        "CloudWatch has no size yet",
    ),
    (
        "AWS::RDS::DBCluster",
        "chat",
        {
            ("rds", "describe_db_clusters"): [{"DBClusters": [{}]}],
            ("cloudwatch", "get_metric_statistics"): [
                {"Datapoints": [{"Timestamp": DAY, "Average": 7.0 * GB}]}
            ],
        },
        {"aurora_backup": 7},
        "7.00 GB",
    ),
    (
        "AWS::Logs::LogGroup",
        "/chat",
        {
            ("logs", "describe_log_groups"): [
                {
                    "logGroups": [
                        {"logGroupName": "/chat-two", "storedBytes": 9},
                        {"logGroupName": "/chat", "storedBytes": GB},
                    ]
                }
            ]
        },
        {"logs": 1},
        "1.00 GB",
    ),
    (
        "AWS::KMS::Key",
        "a",
        {
            ("kms", "describe_key"): [
                {"KeyMetadata": {"KeyId": "a", "KeyState": "PendingDeletion", "DeletionDate": DAY}}
            ]
        },
        {},
        "pending deletion until 2026-11-21",
    ),
    (
        "AWS::SecretsManager::Secret",
        SECRET,
        {
            ("secretsmanager", "describe_secret"): [
                {"ReplicationStatus": [{"Region": "eu-west-1"}, {"Region": "eu-central-1"}]}
            ]
        },
        {"secret": 3},
        "replicas in eu-west-1, eu-central-1",
    ),
    (
        "AWS::SecretsManager::Secret",
        SECRET,
        {("secretsmanager", "describe_secret"): [{"DeletedDate": DAY}]},
        {},
        "pending deletion since 2026-11-21",
    ),
]


@pytest.mark.parametrize(("kind", "name", "answers", "amounts", "size"), SIZES)
def test_sizes_are_read(
    kind: str, name: str, answers: dict[tuple[str, str], list[Answer]], amounts: dict[str, Any], size: str
) -> None:
    measured = READERS[kind](scripted(answers), name)
    assert {each.price: each.amount for each in measured.charges} == amounts
    assert measured.size == size


@pytest.mark.parametrize(
    ("kind", "operation", "code"),
    [
        ("AWS::EFS::FileSystem", ("efs", "describe_file_systems"), "FileSystemNotFound"),
        ("AWS::S3::Bucket", ("s3", "head_bucket"), "404"),
        ("AWS::RDS::DBCluster", ("rds", "describe_db_clusters"), "DBClusterNotFoundFault"),
        ("AWS::KMS::Key", ("kms", "describe_key"), "NotFoundException"),
        (
            "AWS::SecretsManager::Secret",
            ("secretsmanager", "describe_secret"),
            "ResourceNotFoundException",
        ),
        ("AWS::Cognito::UserPool", ("cognito-idp", "describe_user_pool"), "ResourceNotFoundException"),
        ("AWS::Backup::BackupVault", ("backup", "describe_backup_vault"), "ResourceNotFoundException"),
    ],
)
def test_what_is_gone_is_not_listed(kind: str, operation: tuple[str, str], code: str) -> None:
    with pytest.raises(NotThere):
        READERS[kind](scripted({operation: [code]}), "us-east-1_a")


@pytest.mark.parametrize(
    ("kind", "operation", "code", "needs"),
    [
        (
            "AWS::EFS::FileSystem",
            ("efs", "describe_file_systems"),
            "AccessDeniedException",
            "elasticfilesystem:DescribeFileSystems",
        ),
        ("AWS::S3::Bucket", ("s3", "head_bucket"), "403", "s3:ListBucket"),
        ("AWS::KMS::Key", ("kms", "describe_key"), "AccessDeniedException", "kms:DescribeKey"),
        ("AWS::RDS::DBCluster", ("rds", "describe_db_clusters"), "AccessDenied", "rds:DescribeDBClusters"),
    ],
)
def test_a_missing_permission_is_named_and_the_thing_stays_on_the_list(
    kind: str, operation: tuple[str, str], code: str, needs: str
) -> None:
    account = scripted({operation: [code]})
    left = Left(name="Storage.A", kind=kind, why="", charges=(Charge(price="files"),))
    stack = Deployed(resources={"Storage.A": Resource(kind=kind, physical_id="a")})
    unread = Unread()
    assert existing.of_stack(account, "chat", stack, [left], unread) == [left]
    assert unread.found == {NotChecked("Storage.A", needs)}


def test_recovery_points_are_summed_by_type_with_the_last_day() -> None:
    points = [
        {"ResourceType": "EFS", "BackupSizeInBytes": GB, "CalculatedLifecycle": {"DeleteAt": DAY}},
        {
            "ResourceType": "EFS",
            "BackupSizeInBytes": GB,
            "CalculatedLifecycle": {"DeleteAt": DAY.replace(day=25)},
        },
        {"ResourceType": "Aurora", "BackupSizeInBytes": 3 * GB},
    ]
    account = scripted({("backup", "list_recovery_points_by_backup_vault"): [{"RecoveryPoints": points}]})
    aurora, files = existing.points(account, "chat")
    assert (files.name, files.size) == ("2 × EFS in chat", "2.00 GB, the last until 2026-11-25")
    assert files.charges == (Charge(price="files_backup", amount=Decimal(2)),)
    assert (aurora.charges[0].price, aurora.size) == ("aurora_backup", "3.00 GB, for ever")


def test_snapshots_are_those_of_the_deployment() -> None:
    def snapshot(name: str, cluster: str, **tags: str) -> dict[str, Any]:
        return {
            "DBClusterSnapshotIdentifier": name,
            "DBClusterIdentifier": cluster,
            "AllocatedStorage": 10,
            "TagList": [{"Key": "pergola:deployment", "Value": value} for value in tags.values()],
        }

    every = [
        snapshot("chat-before-v2-26112110-ab12", "x"),
        snapshot("last", "x", tag="chat"),
        snapshot("of-a-cluster", "gone"),
        snapshot("chat-two-before-v2-26112110-ab12", "y", tag="chat-two"),
    ]
    account = scripted({("rds", "describe_db_cluster_snapshots"): [{"DBClusterSnapshots": every}]})
    found = existing.snapshots(account, "chat", {"gone"})
    assert [each.name for each in found] == ["chat-before-v2-26112110-ab12", "last", "of-a-cluster"]
    assert [each.charges[0].amount for each in found] == [10, 10, 10]


def test_nothing_that_the_account_refuses_stops_the_answer() -> None:
    account = scripted(
        {
            ("cloudformation", "describe_stacks"): ["AccessDenied"],
            ("cloudformation", "list_stacks"): ["AccessDenied"],
            ("resourcegroupstaggingapi", "get_resources"): ["AccessDeniedException"],
            ("secretsmanager", "list_secrets"): ["AccessDeniedException"],
            ("rds", "describe_db_cluster_snapshots"): ["AccessDenied"],
        }
    )
    findings = from_account(account, TEMPLATE, sections={})
    assert findings.left == TEMPLATE.left
    assert findings.source.startswith("the template alone")
    assert {each.needs for each in findings.not_checked} == {
        "rds:DescribeDBClusterSnapshots",
        "secretsmanager:ListSecrets",
        "cloudformation:ListStacks",
        "cloudformation:DescribeStacks",
        "tag:GetResources",
    }


def test_what_a_stack_that_is_gone_left_is_found_by_tag_and_by_its_deletion() -> None:
    events = [
        {"LogicalResourceId": "A", "PhysicalResourceId": "/chat", "ResourceType": "AWS::Logs::LogGroup"},
        {"LogicalResourceId": "C", "PhysicalResourceId": "c", "ResourceType": "AWS::ECS::Cluster"},
    ]
    statuses = ("DELETE_SKIPPED", "DELETE_COMPLETE")
    account = scripted(
        {
            ("cloudformation", "list_stacks"): [
                {
                    "StackSummaries": [
                        {
                            "StackName": name,
                            "StackId": f"{ROOT}{name}",
                            "CreationTime": DAY,
                            "StackStatus": "DELETE_COMPLETE",
                        }
                        for name in ("chat-FargateNestedStackFargate-1", "chat-two")
                    ]
                }
            ],
            ("cloudformation", "describe_stack_events"): [
                {
                    "StackEvents": [
                        {
                            **event,
                            "StackId": ROOT,
                            "EventId": "1",
                            "StackName": "chat",
                            "Timestamp": DAY,
                            "ResourceStatus": status,
                        }
                        for event, status in zip(events, statuses, strict=True)
                    ]
                }
            ],
            ("resourcegroupstaggingapi", "get_resources"): [
                {
                    "ResourceTagMappingList": [
                        {"ResourceARN": KEY, "Tags": []},
                        {"ResourceARN": f"{KEY}-live", "Tags": [{"Key": past.STACK_ID, "Value": ROOT}]},
                    ]
                }
            ],
            ("logs", "describe_log_groups"): [
                {"logGroups": []},
                {"logGroups": [{"logGroupName": "/chat", "storedBytes": GB}]},
            ],
            ("kms", "describe_key"): [{"KeyMetadata": {"KeyId": "a", "KeyState": "Enabled"}}],
            ("secretsmanager", "list_secrets"): [{"SecretList": []}],
        }
    )
    stack, unread = Deployed(status="CREATE_COMPLETE", stacks={"": ROOT}), Unread()
    found = past.of_the_past(account, "chat", stack, unread)
    assert [(each.kind, each.name) for each in found] == [
        ("AWS::KMS::Key", "a"),
        ("AWS::Logs::LogGroup", "/chat"),
    ]
    assert not unread.found


RETAINED = "Resources:\n  Files:\n    Type: AWS::EFS::FileSystem\n    DeletionPolicy: Retain\n"


def templates(*bodies: str) -> Account:
    answers: list[Answer] = [{"TemplateBody": body} for body in bodies]
    return scripted({("cloudformation", "get_template"): answers})


def test_the_deployed_templates_are_read_as_one_in_json_and_in_yaml() -> None:
    root = json.dumps({"Resources": {"StorageNestedStack": {"Type": NESTED_STACK, "Properties": {}}}})
    stack = Deployed(status="CREATE_COMPLETE", stacks={"": ROOT, "Storage": NESTED})
    template = deployed_template(templates(root, RETAINED), stack)
    assert template["Resources"]["Storage.Files"]["DeletionPolicy"] == "Retain"


def test_a_template_whose_nested_stack_is_not_there_is_not_half_read() -> None:
    root = json.dumps({"Resources": {"StorageNestedStack": {"Type": NESTED_STACK, "Properties": {}}}})
    with pytest.raises(Unanswered, match="nested stack StorageNestedStack is gone, or was never made"):
        deployed_template(templates(root), Deployed(status="CREATE_COMPLETE", stacks={"": ROOT}))


def test_what_the_stack_did_not_make_is_not_listed() -> None:
    left = [
        Left(name="Storage.A", kind="AWS::KMS::Key", why=""),
        Left(name="/aws/lambda/{Storage.B}", kind="AWS::Logs::LogGroup", why=""),
        Left(name="2 × key", kind="AWS::KMS::Key", why=""),
    ]
    unread = Unread()
    assert existing.of_stack(scripted({}), "chat", Deployed(), left, unread) == left[2:]
    assert not unread.found


def test_nothing_but_reading_is_let_through() -> None:
    with pytest.raises(NotRead):
        scripted({}).read("kms", "schedule_key_deletion", KeyId="a")
